import type { RequestHandler } from 'express';
import type { Registry } from 'prom-client';
import { requireRole } from '../core/access/require-role';
import { toUserErrorType, userErrorsOf } from './errors/as-payload';
import { viewerOf } from './transport/signed-in';

/** `GET /metrics`: Prometheus text, for keys that may see everything (VIEWER and above). */
export const metrics =
  (registry: Registry): RequestHandler =>
  async (_req, res) => {
    try {
      requireRole(viewerOf(res), 'VIEWER');
    } catch (error) {
      res.status(403).json({ errors: userErrorsOf(error)?.map((one) => toUserErrorType(one)) ?? [] });
      return;
    }
    res.setHeader('Content-Type', registry.contentType);
    res.setHeader('Cache-Control', 'no-store');
    res.end(await registry.metrics());
  };
