import type { RequestHandler } from 'express';
import { withTimeout } from '../core/with-timeout';

/** Null when ready, otherwise what is not, in words. */
export type Ready = () => Promise<string | null>;

const TIMEOUT_MS = 2_000;

/** `/healthz`: the process answers. */
export const healthz: RequestHandler = (_req, res) => void res.type('text').send('ok\n');

/** `/readyz`: what it needs answers as well, within two seconds. */
export const readyz =
  (ready: Ready): RequestHandler =>
  async (_req, res) => {
    const missing = await missingInTime(ready);
    res
      .status(missing === null ? 200 : 503)
      .type('text')
      .send(`${missing ?? 'ready'}\n`);
  };

function missingInTime(ready: Ready): Promise<string | null> {
  const answer = ready().catch(() => 'the check failed');
  return withTimeout(answer, TIMEOUT_MS, 'no answer in time').catch((late: Error) => late.message);
}
