import type { Request, Response } from 'express';
import type { Viewer } from '../../core/access/viewer';
import type { AuditService } from '../../core/audit/contract';
import { inCall } from '../../core/call';
import { callOf } from '../transport/call-of';

/** Addresses beside GraphQL that change something, or give secrets or the trail itself away; the methods of `ALL` that do. */
const RECORDED: Readonly<Record<string, readonly string[]>> = {
  'POST /packages': ['POST'],
  'POST /lists': ['POST'],
  'POST /imports': ['POST'],
  'ALL /uploads': ['POST', 'DELETE'],
  'GET /imports/:id/devices.csv': ['GET'],
  'GET /audit.jsonl': ['GET'],
};

export const isRecorded = (route: string, method: string): boolean => RECORDED[route]?.includes(method) === true;

/** Of the query of an address: what no secret can be in. */
const SHOWN = ['productKey', 'name', 'module', 'version', 'since', 'skipInvalid'];

/**
 * The entry is in the store before the end of the answer leaves. An answer that can't be recorded is cut: its caller must look, as after any
 * lost answer. One that its caller has not waited for is recorded as well.
 */
export function recordAnswer(
  audit: Pick<AuditService, 'record' | 'refused'>,
  route: string,
  req: Request,
  res: Response,
  viewer: Viewer,
): void {
  let recorded: Promise<void> | null = null;
  const record = (): Promise<void> => {
    recorded ??= inCall(callOf(req), () => write());
    return recorded;
  };
  const write = async (): Promise<void> => {
    const input = Object.fromEntries(SHOWN.flatMap((name) => (typeof req.query[name] === 'string' ? [[name, req.query[name]]] : [])));
    const event = {
      action: route.startsWith('ALL ') ? `${req.method} ${route.slice(4)}` : route,
      viewer,
      input,
      objects: objectsOf(req, res),
    };
    const status = res.statusCode;
    if (!res.headersSent && res.destroyed) await audit.record({ kind: 'REQUEST', ...event, result: 'FAILED', codes: ['CUT'] });
    else if (status < 400) await audit.record({ kind: 'REQUEST', ...event, result: 'OK' });
    else if (status < 500) await audit.refused({ ...event, codes: [`HTTP_${status}`] });
    else await audit.record({ kind: 'REQUEST', ...event, result: 'FAILED', codes: [`HTTP_${status}`] });
  };
  const end = res.end;
  const hold = (...given: unknown[]): Response => {
    res.end = end;
    record().then(
      () => void Reflect.apply(end, res, given),
      () => res.destroy(),
    );
    return res;
  };
  res.end = hold as typeof res.end;
  // Transfers have as many listeners already as Node takes for no mistake.
  res.setMaxListeners(res.getMaxListeners() + 1);
  res.once('close', () => void record().catch(() => undefined));
}

function objectsOf(req: Request, res: Response): string[] {
  const location = res.getHeader('Location');
  const made = typeof location === 'string' ? location.split('/').at(-1) : undefined;
  return [req.params.id, req.query.productKey, made].filter((id): id is string => typeof id === 'string' && id !== '');
}
