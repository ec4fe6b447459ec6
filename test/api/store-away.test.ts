import { once } from 'node:events';
import { WebSocket } from 'ws';
import { API_LIMITS } from '../../api/limits';
import type { Core } from '../../core/core';
import { operator } from '../support/core-parts';
import { startTestApi, type TestApi } from './support/test-api';

/** What the test says of the store, which is there all the time. */
const listeners = new Set<() => void>();
const watch = {
  away: false,
  whenAway(listener: () => void) {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  },
};
function leave(): void {
  watch.away = true;
  for (const listener of [...listeners]) listener();
  listeners.clear();
}

/** While set, what is asked of products and devices hangs, as with a mongod that was suspended. */
let hangs = false;
let hung = 0;
const hanging = <T extends object>(service: T): T =>
  new Proxy(service, {
    ownKeys: (target) => Reflect.ownKeys(target),
    get: (target, name) => {
      const part = Reflect.get(target, name) as unknown;
      return typeof part === 'function'
        ? (...given: unknown[]) => {
            if (!hangs) return Reflect.apply(part, target, given);
            hung += 1;
            return new Promise(() => undefined);
          }
        : part;
    },
  });

let api: TestApi;
beforeAll(async () => {
  const replace = (core: Core): Core => ({ ...core, products: hanging(core.products), downloads: hanging(core.downloads) });
  api = await startTestApi({ watch, replace });
  await api.core.products.create(operator, { key: 'meters', name: 'Meters' } as never);
});
afterAll(() => api.stop());
afterEach(() => {
  watch.away = false;
  hangs = false;
  api.logged.length = 0;
});

const QUERY = '{ product(key: "meters") { key } }';
const MUTATION = 'mutation { createProduct(input: { key: "more", name: "More" }) { product { key } userErrors { code } } }';
const codesOf = (errors: { extensions: Record<string, unknown> }[] | undefined) => errors?.map(({ extensions }) => extensions.code);
const send = (path: string, init: RequestInit = {}) =>
  fetch(`${api.url}${path}`, { ...init, headers: { authorization: `Bearer ${api.keys.operator}`, ...init.headers } });
const codeOf = async (response: Response) => ((await response.json()) as { errors: { code: string }[] }).errors[0]?.code;
const waiting = async (count: number) => {
  while (hung < count) await new Promise((resolve) => setTimeout(resolve, 1));
};

test('R-SAFE-5 what hangs when MongoDB goes away is answered with a code, over HTTP and WebSocket, and a download waits; nothing of it is in the log', async () => {
  await api.ask(QUERY);
  hangs = true;
  const socket = api.socket();
  const overSocket = (async () => {
    for await (const result of socket.iterate({ query: QUERY })) return result;
    return null;
  })();
  const answers = [api.ask(QUERY), api.ask(MUTATION)];
  const download = fetch(`${api.url}/d/none`);
  await waiting(4);
  leave();
  for (const answer of answers) expect(codesOf((await answer).errors)).toEqual(['STORE_UNAVAILABLE']);
  const overWebSocket = (await overSocket) as { errors?: { extensions: Record<string, unknown> }[] } | null;
  expect(codesOf(overWebSocket?.errors)).toEqual(['STORE_UNAVAILABLE']);
  const head = await fetch(`${api.url}/d/none`, { method: 'HEAD' });
  expect({ status: head.status, retry: head.headers.get('retry-after') }).toEqual({ status: 503, retry: '5' });
  watch.away = false;
  hangs = false;
  expect((await download).status).toBe(403);
  expect(api.logged).toEqual([]);
});

test('R-SAFE-5 a download that MongoDB is away for too long for is cut, which devices try again, and not answered with a status', async () => {
  const waits = jest.replaceProperty(API_LIMITS as { downloadWaitMs: number }, 'downloadWaitMs', 100);
  leave();
  await expect(fetch(`${api.url}/d/none`)).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
  waits.restore();
  const cut = await api.registry.getSingleMetric('updraft_downloads_cut_total')?.get();
  expect(cut?.values.find(({ labels }) => labels.reason === 'unavailable')?.value).toBe(1);
});

test('R-SAFE-5 while it is away whatever asks is refused at once, before its body is read, and served when it is back', async () => {
  leave();
  const { status, errors } = await api.ask(QUERY);
  expect({ status, codes: codesOf(errors) }).toEqual({ status: 503, codes: ['STORE_UNAVAILABLE'] });
  for (const [path, method] of [
    ['/packages', 'POST'],
    ['/lists?productKey=meters', 'POST'],
    ['/imports?productKey=meters', 'POST'],
    ['/uploads', 'POST'],
    ['/batches/b/tasks.csv', 'GET'],
    ['/metrics', 'GET'],
  ] as const) {
    const response = await send(path, { method, ...(method === 'POST' && { body: 'meter-1' }) });
    expect({ path, status: response.status, code: await codeOf(response) }).toEqual({ path, status: 503, code: 'STORE_UNAVAILABLE' });
  }
  const socket = api.socket();
  await expect(socket.iterate({ query: QUERY }).next()).rejects.toMatchObject({ code: 1013 });
  expect((await fetch(`${api.url}/healthz`)).status).toBe(200);
  watch.away = false;
  expect((await api.ask(QUERY)).data).toEqual({ product: { key: 'meters' } });
  expect(api.logged).toEqual([]);
});

test('R-SAFE-5 an operation over a connection that was there before, and a subscription, are told so as well', async () => {
  const socket = new WebSocket(api.graphqlUrl.replace('http', 'ws'), 'graphql-transport-ws');
  const received: { type: string; id?: string; payload?: { extensions?: { code?: string } }[] }[] = [];
  socket.on('message', (data) => received.push(JSON.parse(String(data))));
  const answer = async (type: string, id?: string) => {
    let found = received.find((each) => each.type === type && each.id === id);
    while (!found) {
      await once(socket, 'message');
      found = received.find((each) => each.type === type && each.id === id);
    }
    return found;
  };
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${api.keys.viewer}` } }));
  await answer('connection_ack');
  leave();
  const subscription = 'subscription { batchProgress(batchId: "b") { __typename } }';
  for (const [id, query] of [
    ['1', QUERY],
    ['2', subscription],
  ]) {
    socket.send(JSON.stringify({ type: 'subscribe', id, payload: { query } }));
    expect((await answer('error', id)).payload?.[0]?.extensions?.code).toBe('STORE_UNAVAILABLE');
  }
  socket.terminate();
});
