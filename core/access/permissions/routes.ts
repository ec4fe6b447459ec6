import type { Role } from '../viewer';

/**
 * `SIGN_IN`: what is behind it looks at what is shown by itself. `ANY_KEY`: what is behind it decides for each operation. A role: whoever has
 * it or more; apps have none of the addresses.
 */
export type Who = 'ANYONE' | 'SIGN_IN' | 'ANY_KEY' | Exclude<Role, 'APP' | 'ISSUER'>;

/**
 * Every address that Express answers, with who may use it: GET stands for HEAD as well, ALL for whatever is below the address. An address
 * that is not here can't be served. Downloads are answered before Express, and prove themselves by what they carry (`files/download.ts`).
 */
export const ROUTES = {
  'GET /': 'ANYONE',
  'GET /healthz': 'ANYONE',
  'GET /readyz': 'ANYONE',
  'ALL /explorer': 'ANYONE',
  'GET /signin': 'ANYONE',
  'POST /signin': 'SIGN_IN',
  'GET /signin/link': 'SIGN_IN',
  'GET /signin/callback': 'SIGN_IN',
  'GET /signin/:id': 'SIGN_IN',
  'POST /signout': 'SIGN_IN',
  'ALL /graphql': 'ANY_KEY',
  'ALL /uploads': 'OPERATOR',
  'POST /packages': 'OPERATOR',
  'POST /lists': 'OPERATOR',
  'GET /lists/template.csv': 'VIEWER',
  'GET /lists/:id/invalid.csv': 'VIEWER',
  'POST /imports': 'OPERATOR',
  'GET /imports/:id': 'VIEWER',
  'GET /imports/:id/invalid.csv': 'OPERATOR',
  'GET /imports/:id/devices.csv': 'OPERATOR',
  'GET /batches/:id/tasks.csv': 'VIEWER',
  'GET /devices.csv': 'VIEWER',
  'GET /metrics': 'VIEWER',
  'GET /audit.jsonl': 'ADMINISTRATOR',
  'ALL /assets': 'ANYONE',
  'GET /*page': 'ANYONE',
} as const satisfies Record<string, Who>;

export type RouteName = keyof typeof ROUTES;

/** For those who are limited to products: `OWN`: what is behind it looks at the product. `WHOLE`: refused. `NONE`: about nothing of any. */
export const ROUTES_OF_PRODUCTS = {
  'GET /': 'NONE',
  'GET /healthz': 'NONE',
  'GET /readyz': 'NONE',
  'ALL /explorer': 'NONE',
  'ALL /assets': 'NONE',
  'GET /*page': 'NONE',
  'GET /signin': 'NONE',
  'POST /signin': 'NONE',
  'GET /signin/link': 'NONE',
  'GET /signin/callback': 'NONE',
  'GET /signin/:id': 'NONE',
  'POST /signout': 'NONE',
  'ALL /graphql': 'OWN',
  // Each key and person has uploads of its own; the package that is made of them has a product.
  'ALL /uploads': 'NONE',
  'POST /packages': 'OWN',
  'POST /lists': 'OWN',
  'GET /lists/template.csv': 'NONE',
  'GET /lists/:id/invalid.csv': 'OWN',
  'POST /imports': 'OWN',
  'GET /imports/:id': 'OWN',
  'GET /imports/:id/invalid.csv': 'OWN',
  'GET /imports/:id/devices.csv': 'OWN',
  'GET /batches/:id/tasks.csv': 'OWN',
  'GET /devices.csv': 'OWN',
  'GET /metrics': 'WHOLE',
  'GET /audit.jsonl': 'WHOLE',
} as const satisfies Record<RouteName, 'NONE' | 'OWN' | 'WHOLE'>;
