import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { Agent, type CoapRequestParams, createServer, type IncomingMessage, type OutgoingMessage } from 'coap';

/** What a device has asked for, as node-coap read it. */
export interface Asked {
  method: string;
  url: string;
  port: number;
  body: string;
}

export interface NodeCoapServer {
  port: number;
  asked: Asked[];
  /** Resolves when something was asked that `where` wants, now or later. */
  until(where: (asked: Asked) => boolean): Promise<Asked>;
  /** What is answered to the next Updates in place of 2.04. */
  updates: string[];
  file: Buffer;
  /** To the device that registered last. Reads, writes, executes, pushes; the answer. */
  ask(params: CoapRequestParams, payload?: Buffer): Promise<IncomingMessage>;
  /** As many notifications as are wanted of an observation, its first answer included. */
  observe(pathname: string, count: number, changed: () => void): Promise<string[]>;
  close(): void;
}

/** A server on node-coap that registers every device, serves `/f/*`, and asks devices from the socket that they registered at. */
export async function startNodeCoapServer(): Promise<NodeCoapServer> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const coap = createServer();
  const agent = new Agent({ socket });
  const waiting = new Set<() => void>();
  let device = { host: '127.0.0.1', port: 0 };
  let registrations = 0;

  coap.on('request', (request: IncomingMessage, response: OutgoingMessage) => {
    const { method = '', url = '', rsinfo, payload } = request;
    server.asked.push({ method, url, port: rsinfo.port, body: payload.toString('utf8') });
    if (url.startsWith('/rd')) device = { host: rsinfo.address, port: rsinfo.port };
    if (url.startsWith('/rd?')) {
      registrations += 1;
      response.setOption('Location-Path', [Buffer.from('rd'), Buffer.from(`r${registrations}`)]);
      response.code = '2.01';
      response.end();
    } else if (url.startsWith('/f/')) {
      response.end(server.file);
    } else {
      response.code = method === 'DELETE' ? '2.02' : (server.updates.shift() ?? '2.04');
      response.end();
    }
    for (const look of waiting) look();
  });
  coap.listen(socket);

  const server: NodeCoapServer = {
    port: socket.address().port,
    asked: [],
    until: (where) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = server.asked.find(where);
          if (!found) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    updates: [],
    file: Buffer.alloc(0),
    ask: (params, payload) =>
      new Promise((resolve, reject) => {
        const request = agent.request({ ...device, ...params });
        request.on('response', resolve);
        request.on('error', reject);
        request.end(payload);
      }),
    observe: (pathname, count, changed) =>
      new Promise((resolve, reject) => {
        const request = agent.request({ ...device, pathname, observe: true });
        request.on('error', reject);
        request.on('response', (stream: IncomingMessage) => {
          const got: string[] = [];
          stream.on('data', (value: Buffer) => {
            got.push(value.toString('utf8'));
            if (got.length < count) return changed();
            stream.destroy();
            resolve(got);
          });
        });
        request.end();
      }),
    close() {
      agent.close();
      coap.close();
      socket.close();
    },
  };
  return server;
}
