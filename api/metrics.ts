import type { RequestHandler } from 'express';
import type { Registry } from 'prom-client';

/** `GET /metrics`: Prometheus text. */
export const metrics =
  (registry: Registry): RequestHandler =>
  async (_req, res) => {
    res.setHeader('Content-Type', registry.contentType);
    res.end(await registry.metrics());
  };
