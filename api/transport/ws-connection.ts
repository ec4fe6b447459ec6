import type { Server as HttpServer, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { CloseCode, handleProtocols, type Server } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { type ErrorLog, maskedAs } from '../errors/present';
import { API_LIMITS } from '../limits';
import { isOriginAllowed, JSON_TYPE, type Origins, refusalOf } from './cross-origin';
import { isNestedDeeper } from './document/nested';
import { createOutbox, type Outbox } from './ws-outbox';

export interface WsExtra {
  readonly socket: WebSocket;
  readonly request: IncomingMessage;
  readonly outbox: Outbox;
}

/** Pings go out so often; a client that has not answered by the next one is gone. */
const PING_MS = 12_000;
const CLOSE_MS = 1_000;

/**
 * graphql-ws's server over `ws`. Its own adapter tells clients the text of internal errors and writes to the console;
 * here they go to the log, and clients get an id.
 */
export function acceptSockets<E extends WsExtra>(
  httpServer: HttpServer,
  server: Server<E>,
  extraOf: (base: WsExtra) => E,
  { path, origins, log }: { path: string; origins: Origins; log: ErrorLog },
): { stop(): Promise<void> } {
  const sockets = new WebSocketServer({
    server: httpServer,
    path,
    maxPayload: API_LIMITS.messageBytes,
    perMessageDeflate: false,
    handleProtocols,
    verifyClient(
      { req }: { req: IncomingMessage },
      answer: (isAllowed: boolean, ...refused: [number, string, OutgoingHttpHeaders] | []) => void,
    ) {
      if (isOriginAllowed(req, origins)) return answer(true);
      answer(false, 403, refusalOf(req.headers.origin), JSON_TYPE);
    },
  });
  // The HTTP server's errors arrive here too; whoever started it hears of them.
  sockets.on('error', () => undefined);
  sockets.on('connection', (socket, request) => accept(server, socket, extraOf({ socket, request, outbox: createOutbox(socket) }), log));
  return {
    async stop() {
      for (const socket of sockets.clients) socket.close(1001, 'Going away');
      const timeout = setTimeout(() => {
        for (const socket of sockets.clients) socket.terminate();
      }, CLOSE_MS);
      await new Promise<void>((resolve) => sockets.close(() => resolve()));
      clearTimeout(timeout);
    },
  };
}

function accept<E extends WsExtra>(server: Server<E>, socket: WebSocket, extra: E, log: ErrorLog): void {
  let answered = true;
  const pings = setInterval(() => {
    if (!answered) socket.terminate();
    answered = false;
    socket.ping();
  }, PING_MS);
  socket.on('pong', () => {
    answered = true;
  });
  // What `ws` refuses (too long, not a frame) it closes with the right code itself.
  socket.on('error', () => undefined);
  const closed = server.opened(
    {
      protocol: socket.protocol,
      send: (data) => extra.outbox.send(data),
      close: (code, reason) => socket.close(code, reason),
      onMessage: (handle) =>
        socket.on('message', (data) => {
          const text = String(data);
          if (isTooDeep(text)) return socket.close(CloseCode.BadRequest, 'Invalid message received');
          handle(text).catch((error) => socket.close(CloseCode.InternalServerError, `Internal error ${maskedAs(log, error)}`));
        }),
    },
    extra,
  );
  socket.once('close', (code, reason) => {
    clearInterval(pings);
    extra.outbox.close();
    closed(code, String(reason)).catch((error) => maskedAs(log, error));
  });
}

/**
 * Before graphql-ws, which writes what a message carries into answers and errors, and writing JSON recurses. Variables and extensions go
 * through the check of documents, which says more.
 */
function isTooDeep(text: string): boolean {
  try {
    return isNestedDeeper(inputsAside(JSON.parse(text)), API_LIMITS.nesting);
  } catch {
    return false;
  }
}

function inputsAside(message: { type?: unknown; payload?: Record<string, unknown> } | null): unknown {
  if (message?.type !== 'subscribe' || typeof message.payload !== 'object' || message.payload === null) return message;
  const { variables: _variables, extensions: _extensions, ...payload } = message.payload;
  return { ...message, payload };
}
