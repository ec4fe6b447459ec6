import type { RequestHandler } from 'express';

/** Null when ready, otherwise what is not, in words. */
export type Ready = () => Promise<string | null>;

const PATIENCE_MS = 2_000;

/** `/healthz`: the process answers. */
export const healthz: RequestHandler = (_req, res) => void res.type('text').send('ok\n');

/** `/readyz`: what it needs answers as well, within two seconds. */
export const readyz =
  (ready: Ready): RequestHandler =>
  async (_req, res) => {
    const missing = await withPatience(ready);
    res
      .status(missing === null ? 200 : 503)
      .type('text')
      .send(`${missing ?? 'ready'}\n`);
  };

async function withPatience(ready: Ready): Promise<string | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve('no answer in time'), PATIENCE_MS);
  });
  const answer = ready().catch(() => 'the check failed');
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}
