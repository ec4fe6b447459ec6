import { writeFileSync } from 'node:fs';
import { type About, OPERATIONS, type Permission } from '../core/access/permissions/operations';
import { ROUTES, ROUTES_OF_PRODUCTS, type RouteName, type Who } from '../core/access/permissions/routes';
import { FIELDS, type FieldDecision } from '../core/access/permissions/types';

const INTRODUCTION = `# Roles
Who may do what, made of the tables that the API looks at (\`core/access/permissions\`) by \`node dist/api/roles-document.js\`; a test compares.

A role may what the roles below it may: VIEWER, OPERATOR, ADMINISTRATOR. APP and ISSUER have what names them, and nothing else. How somebody comes to a role: [access.md](access.md).

A key or a person may be limited to products: what is of others is answered as what does not exist.`;

const WORDS: Readonly<Record<Exclude<About, object>, string>> = {
  NONE: 'about nothing of a product',
  SHARED: 'the same for all; what leads on is limited',
  WHOLE: 'refused',
  ANSWER: 'answered if it is own',
  SERVICE: 'own ones',
};

const FIELD_WORDS: Readonly<Record<FieldDecision, string>> = {
  SAME: 'of the same product',
  LOOKED_AT: 'null where it is foreign',
  OWN: 'own ones, also counted',
  SHARED: 'the same for all',
  WHOLE: 'refused',
};

const ROUTE_WORDS = { NONE: WORDS.NONE, OWN: 'own ones', WHOLE: WORDS.WHOLE } as const;

const WHO: Readonly<Record<Who, string>> = {
  ANYONE: 'anyone',
  SIGN_IN: 'anyone: it looks at what is shown',
  ANY_KEY: 'whoever is signed in, by operation',
  VIEWER: '`VIEWER`',
  OPERATOR: '`OPERATOR`',
  ADMINISTRATOR: '`ADMINISTRATOR`',
};

function whoOf({ least, devices }: Permission): string {
  if (least === 'EVERYBODY') return 'whoever is signed in';
  return `\`${least}\`${devices ? '; `APP`, for its devices' : ''}`;
}

const aboutOf = (about: About): string =>
  typeof about === 'string'
    ? WORDS[about]
    : `own: ${Object.values(about)
        .map((path) => `\`${path}\``)
        .join(', ')}`;

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

/** As other pages write an address. */
const shown = (route: string): string => route.replace(/^ALL /, '').replace(':id', '<id>');

const LIMITED = 'limited to products';

/** What is checked in as `docs/roles.md`. */
export function rolesDocument(): string {
  const operations = Object.entries(OPERATIONS).map(([root, rows]) => {
    const of = Object.entries(rows).map(([name, permission]) => [`\`${name}\``, whoOf(permission), aboutOf(permission.about)]);
    return `## ${root}\n${table(['operation', 'who', LIMITED], of)}`;
  });
  const fields = Object.entries(FIELDS).map(([path, decision]) => [`\`${path}\``, FIELD_WORDS[decision]]);
  const routes = (Object.keys(ROUTES) as RouteName[]).map((route) => [
    `\`${shown(route)}\``,
    WHO[ROUTES[route]],
    ROUTE_WORDS[ROUTES_OF_PRODUCTS[route]],
  ]);
  return `${[
    INTRODUCTION,
    ...operations,
    `## Fields that lead to other objects\n${table(['field', LIMITED], fields)}`,
    `## Addresses\n${table(['address', 'who', LIMITED], routes)}`,
  ].join('\n\n')}\n`;
}

/** `node dist/api/roles-document.js` */
if (require.main === module) writeFileSync('docs/roles.md', rolesDocument());
