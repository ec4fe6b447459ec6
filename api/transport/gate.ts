import type { Express, RequestHandler, Response } from 'express';
import type { AccessService } from '../../core/access/contract';
import { requireRole } from '../../core/access/require-role';
import type { Role } from '../../core/access/viewer';
import type { AuditService } from '../../core/audit/contract';
import type { PublicUrl } from '../access/own-address';
import { isRecorded, recordAnswer } from '../audit/record-answer';
import { toUserErrorType, userErrorsOf } from '../errors/as-payload';
import { sendJson } from '../files/send-json';
import { type Refuse, signedIn, viewerOf } from './signed-in';

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
  'GET /lists/:id/invalid.csv': 'VIEWER',
  'POST /imports': 'OPERATOR',
  'GET /imports/:id': 'VIEWER',
  'GET /imports/:id/invalid.csv': 'OPERATOR',
  'GET /imports/:id/devices.csv': 'OPERATOR',
  'GET /batches/:id/tasks.csv': 'VIEWER',
  'GET /metrics': 'VIEWER',
  'GET /audit.jsonl': 'ADMINISTRATOR',
} as const satisfies Record<string, Who>;

export type RouteName = keyof typeof ROUTES;

const gated = new WeakMap<object, RouteName>();

/** Behind which entry of the table a handler stands; undefined for one that was put past the gate. */
export const routeOf = (handler: object): RouteName | undefined => gated.get(handler);

export interface Gate {
  /** Serves an address of the table, to those who may use it. */
  serve(route: RouteName, handler: RequestHandler, refuse?: Refuse): void;
}

export function createGate(
  app: Express,
  access: Pick<AccessService, 'authenticate' | 'hold'>,
  audit: Pick<AuditService, 'record' | 'refused'>,
  publicUrl?: PublicUrl,
): Gate {
  return {
    serve(route, handler, refuse = refuseKey) {
      const who: Who = ROUTES[route];
      const [method, path = ''] = route.split(' ');
      const told: Refuse = (res, refusal) => {
        if (refusal.code === 'NOT_SIGNED_IN') void audit.refused({ action: route, viewer: null, codes: [refusal.code] });
        refuse(res, refusal);
      };
      const known = signedIn(access, told, who !== 'ANY_KEY', publicUrl);
      const guarded: RequestHandler = (req, res, next) => {
        if (who === 'ANYONE' || who === 'SIGN_IN') return handler(req, res, next);
        // What a key may see is for nobody in between, and no other type than it says.
        res.setHeader('Cache-Control', 'no-store');
        res.setHeader('X-Content-Type-Options', 'nosniff');
        return known(req, res, (error?: unknown) => {
          if (error !== undefined) return next(error);
          if (who !== 'ANY_KEY' && !isAllowed(who, res)) {
            void audit.refused({ action: route, viewer: viewerOf(res), codes: ['NOT_ALLOWED'] });
            return;
          }
          if (isRecorded(route, req.method)) recordAnswer(audit, route, req, res, viewerOf(res));
          return handler(req, res, next);
        });
      };
      gated.set(guarded, route);
      if (method === 'ALL') app.use(path, guarded);
      else if (method === 'POST') app.post(path, guarded);
      else app.get(path, guarded);
    },
  };
}

/** Before the address is looked at any further: the answer is the same for what exists and what does not. */
function isAllowed(who: Role, res: Response): boolean {
  try {
    requireRole(viewerOf(res), who);
    return true;
  } catch (error) {
    sendJson(res, 403, { errors: userErrorsOf(error)?.map((one) => toUserErrorType(one)) ?? [] });
    return false;
  }
}

const refuseKey: Refuse = (res, { code, message, hint }) => {
  sendJson(res, res.statusCode, { errors: [{ code, ...(code === 'NOT_SIGNED_IN' && { field: 'Authorization' }), message, hint }] });
};
