import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

const SCRIPTS: Record<string, string> = {
  '/tus.js': require.resolve('tus-js-client/dist/tus.js'),
  '/graphql-ws.js': join(require.resolve('graphql-ws'), '../../umd/graphql-ws.js'),
  '/page.js': join(__dirname, 'page.js'),
};
const PAGE = `<!doctype html><title>A page</title>${Object.keys(SCRIPTS)
  .map((path) => `<script src="${path}"></script>`)
  .join('')}`;

/** A web server beside Updraft: its pages are of another origin. */
export async function servePage(): Promise<{ origin: string; stop(): Promise<void> }> {
  const server = createServer((req, res) => {
    const script = SCRIPTS[req.url ?? ''];
    if (script) res.setHeader('Content-Type', 'text/javascript').end(readFileSync(script));
    else res.setHeader('Content-Type', 'text/html').end(PAGE);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
