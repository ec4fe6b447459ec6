import { Router } from 'express';

/** Null when ready, otherwise what is not, in words. */
export type Ready = () => Promise<string | null>;

const PATIENCE_MS = 2_000;

/** `/healthz`: the process answers. `/readyz`: what it needs answers as well, within two seconds. */
export function health(ready: Ready): Router {
  const router = Router();
  router.get('/healthz', (_req, res) => void res.type('text').send('ok\n'));
  router.get('/readyz', async (_req, res) => {
    const missing = await withPatience(ready);
    res
      .status(missing === null ? 200 : 503)
      .type('text')
      .send(`${missing ?? 'ready'}\n`);
  });
  return router;
}

async function withPatience(ready: Ready): Promise<string | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve('no answer in time'), PATIENCE_MS);
  });
  const answer = ready().catch(() => 'the check failed');
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}
