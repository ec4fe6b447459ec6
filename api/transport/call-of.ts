import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Call } from '../../core/call';

export const CORRELATION_HEADER = 'X-Request-Id';

/** What goes into logs and headers as it is: nothing that ends a line, closes a quote or fills a page. */
const REQUEST_ID = /^[\w.:/+=-]{8,128}$/;
/** W3C Trace Context, 3.2: version, trace id, parent id, flags; later versions may add to it. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-|$)/;

/** The caller's, where it is well-formed: its request id, or the id of its trace. Otherwise one is made. */
export function correlationIdOf(headers: IncomingHttpHeaders): string {
  const requestId = headers['x-request-id'];
  if (typeof requestId === 'string' && REQUEST_ID.test(requestId)) return requestId;
  const { traceparent } = headers;
  const trace = typeof traceparent === 'string' ? TRACEPARENT.exec(traceparent)?.[1] : undefined;
  return trace ?? randomUUID();
}

const calls = new WeakMap<IncomingMessage, Call>();
const counts = new WeakMap<Call, number>();

/** The same for all that asks about one request. */
export function callOf(req: IncomingMessage): Call {
  const known = calls.get(req);
  if (known) return known;
  const address = req.socket.remoteAddress?.replace(/^::ffff:(?=\d)/, '') ?? null;
  const call = { correlationId: correlationIdOf(req.headers), address };
  calls.set(req, call);
  return call;
}

/** Of an operation over a WebSocket: the connection's id, and a number. */
export function nextCall(req: IncomingMessage): Call {
  const call = callOf(req);
  const number = (counts.get(call) ?? 0) + 1;
  counts.set(call, number);
  return { ...call, correlationId: `${call.correlationId}.${number}` };
}

export const callIn = ({ contextValue }: { contextValue?: unknown }): Call => (contextValue as { call: Call }).call;
