import type { Express, RequestHandler, Response } from 'express';
import type { AccessService } from '../../core/access/contract';
import { requireWhole } from '../../core/access/permissions/products';
import { ROUTES, ROUTES_OF_PRODUCTS, type RouteName, type Who } from '../../core/access/permissions/routes';
import { requireRole } from '../../core/access/require-role';
import type { Role } from '../../core/access/viewer';
import type { AuditService } from '../../core/audit/contract';
import type { PublicUrl } from '../access/own-address';
import { isRecorded, recordAnswer } from '../audit/record-answer';
import { toUserErrorType, userErrorsOf } from '../errors/as-payload';
import { sendJson } from '../files/send-json';
import { isOfTheCaller, type RateLimit } from './rate-limit';
import { type Refuse, signedIn, viewerOf } from './signed-in';

const gated = new WeakMap<object, RouteName>();

/** Behind which entry of the table a handler stands; undefined for one that was put past the gate. */
export const routeOf = (handler: object): RouteName | undefined => gated.get(handler);

export interface Gate {
  /** Serves an address of the table, to those who may use it. */
  serve(route: RouteName, handler: RequestHandler, refuse?: Refuse): void;
}

export interface GateDeps {
  core: { access: Pick<AccessService, 'authenticate' | 'hold'>; audit: Pick<AuditService, 'record' | 'refused'> };
  rate: RateLimit;
  publicUrl?: PublicUrl;
}

export function createGate(app: Express, { core: { access, audit }, rate, publicUrl }: GateDeps): Gate {
  return {
    serve(route, handler, refuse = refuseKey) {
      const who: Who = ROUTES[route];
      const [method, path = ''] = route.split(' ');
      const told: Refuse = (res, refusal, viewer) => {
        if (isOfTheCaller(refusal.code)) void audit.refused({ action: route, viewer: viewer ?? null, codes: [refusal.code] });
        refuse(res, refusal);
      };
      const known = signedIn({ access, rate, refuse: told, isTransfer: who !== 'ANY_KEY', publicUrl });
      const guarded: RequestHandler = (req, res, next) => {
        if (who === 'ANYONE' || who === 'SIGN_IN') return handler(req, res, next);
        // What a key may see is for nobody in between, and no other type than it says.
        res.setHeader('Cache-Control', 'no-store');
        res.setHeader('X-Content-Type-Options', 'nosniff');
        return known(req, res, (error?: unknown) => {
          if (error !== undefined) return next(error);
          if (who !== 'ANY_KEY' && !isAllowed(who, ROUTES_OF_PRODUCTS[route] === 'WHOLE', res)) {
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
function isAllowed(who: Role, isWhole: boolean, res: Response): boolean {
  try {
    requireRole(viewerOf(res), who);
    if (isWhole) requireWhole(viewerOf(res));
    return true;
  } catch (error) {
    sendJson(res, 403, { errors: userErrorsOf(error)?.map((one) => toUserErrorType(one)) ?? [] });
    return false;
  }
}

const refuseKey: Refuse = (res, { code, message, hint, limit }) => {
  const field = code === 'NOT_SIGNED_IN' ? 'Authorization' : undefined;
  sendJson(res, res.statusCode, { errors: [{ code, field, message, hint, limit }] });
};
