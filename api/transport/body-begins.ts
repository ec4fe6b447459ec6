import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * R-SAFE-3: answers a request with 408 that announces a body of which no byte has come after `ms`, whoever sends it. A body that has begun has
 * the time of the address it goes to. Strangers are closed before (`connections.ts`).
 */
export function bodyBegins(req: IncomingMessage, res: ServerResponse, ms: number): void {
  const { push } = req;
  const late = setTimeout(() => {
    if (req.complete || res.headersSent) return;
    const message = `The body of the request did not begin within ${ms / 1_000} seconds.`;
    res
      .writeHead(408, { 'Content-Type': 'application/json; charset=utf-8', Connection: 'close' })
      .end(JSON.stringify({ errors: [{ message, extensions: { code: 'BAD_REQUEST' } }] }));
  }, ms).unref();
  // What the parser brings, also once Express has made the request one of its own kind; null is the end.
  req.push = (...piece) => {
    req.push = push;
    clearTimeout(late);
    return push.apply(req, piece);
  };
}
