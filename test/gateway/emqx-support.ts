import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { EmqxApiSettings, EmqxClient } from '../../gateways/mqtt/external/emqx-api';

interface Asked {
  method?: string;
  /** Without the query. */
  path: string;
  query: URLSearchParams;
  authorization?: string;
  body: unknown;
}

/** EMQX's management API as its documents and its source have it: the requests that gateways make, over the clients of a test. */
export interface FakeEmqx {
  settings: EmqxApiSettings;
  asked: Asked[];
  /** Those that are connected, in the order of the list. */
  clients: EmqxClient[];
  /** Of a portion of the list. */
  portion: number;
  /** Instead of an answer; 0: none at all. */
  refuses: (asked: Asked) => number | undefined;
  /** Client ids whose connections were ended. */
  readonly ended: string[];
  stop(): Promise<void>;
}

const NOT_FOUND = { code: 'CLIENTID_NOT_FOUND', message: 'Client ID not found' };
const clientPath = (id: string): string => `/api/v5/clients/${encodeURIComponent(id)}`;

export async function startFakeEmqx(): Promise<FakeEmqx> {
  const ended: string[] = [];

  function answerTo({ method, path, query }: Asked): [status: number, body?: unknown] {
    if (method === 'GET' && path === '/api/v5/clients_v2') return [200, portionOf(query)];
    const client = emqx.clients.find(({ clientId }) => path.startsWith(clientPath(clientId)));
    if (client === undefined) return [404, NOT_FOUND];
    if (method === 'POST' && path === `${clientPath(client.clientId)}/subscribe/bulk`) return [200, []];
    if (method !== 'DELETE' || path !== clientPath(client.clientId)) return [405];
    emqx.clients = emqx.clients.filter((each) => each !== client);
    ended.push(client.clientId);
    return [204];
  }

  /** The last portion has no cursor. */
  function portionOf(query: URLSearchParams): object {
    const usernames = query.getAll('username');
    const found = emqx.clients.filter(({ username }) => usernames.length === 0 || usernames.includes(username));
    const begin = Number(query.get('cursor') ?? 0);
    const data = found
      .slice(begin, begin + emqx.portion)
      .map(({ clientId: clientid, username }) => ({ clientid, username, node: 'emqx@a' }));
    const next = begin + data.length;
    return { data, meta: { count: data.length, ...(next < found.length && { cursor: `${next}` }) } };
  }

  const server = createServer(async (request, response) => {
    const text = Buffer.concat(await request.toArray()).toString();
    const { pathname: path, searchParams: query } = new URL(request.url ?? '', 'http://emqx');
    const { authorization } = request.headers;
    const asked: Asked = { method: request.method, path, query, authorization, body: text === '' ? undefined : JSON.parse(text) };
    emqx.asked.push(asked);
    const refusal = emqx.refuses(asked);
    if (refusal === 0) return;
    const [status, body] = refusal === undefined ? answerTo(asked) : [refusal, { code: 'REFUSED' }];
    response.writeHead(status, { 'content-type': 'application/json' }).end(body === undefined ? undefined : JSON.stringify(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const emqx: FakeEmqx = {
    settings: { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, key: 'key', secret: 'secret' },
    asked: [],
    clients: [],
    portion: 1_000,
    refuses: () => undefined,
    ended,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
  return emqx;
}
