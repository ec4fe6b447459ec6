import { WebSocket } from 'ws';
import { startTestApi, type TestApi } from './support/test-api';

const CONSOLE = 'https://console.example.com';
const OTHERS = [
  'https://evil.example.com',
  'https://console.example.com.evil.example',
  'http://console.example.com',
  `${CONSOLE}:8443`,
  'null',
];

let open: TestApi;
let closed: TestApi;
beforeAll(async () => {
  [open, closed] = await Promise.all([
    startTestApi({ origins: [CONSOLE, 'http://localhost:5173'], publicUrl: 'https://fw.example.com/updraft' }),
    startTestApi(),
  ]);
});
afterAll(() => Promise.all([open.stop(), closed.stop()]));

const preflight = (api: TestApi, path: string, method: string, origin: string) =>
  fetch(`${api.url}${path}`, {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': method, 'access-control-request-headers': 'authorization,content-type,x-other' },
  });
const corsHeaders = ({ headers }: Response) => [...headers.keys()].filter((name) => name.startsWith('access-control-'));

const ADDRESSES = [
  ['/graphql', 'POST'],
  ['/packages', 'POST'],
  ['/uploads', 'POST'],
  ['/uploads/some', 'PATCH'],
  ['/uploads/some', 'DELETE'],
  ['/lists', 'POST'],
  ['/lists/some/invalid.csv', 'GET'],
  ['/imports?productKey=any', 'POST'],
  ['/imports/some', 'GET'],
  ['/imports/some/devices.csv', 'GET'],
  ['/batches/some/tasks.csv', 'GET'],
] as const;

test.each(ADDRESSES)('R-UI-7 a listed origin may ask %s by %s, and is told so without a key', async (path, method) => {
  for (const origin of [CONSOLE, 'http://localhost:5173']) {
    const answer = await preflight(open, path, method, origin);
    expect(answer.status).toBe(204);
    expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
    expect(answer.headers.get('access-control-allow-methods')?.split(',')).toContain(method);
    expect(answer.headers.get('access-control-allow-headers')).toBe('authorization,content-type,x-other');
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
    expect(answer.headers.get('vary')).toContain('Origin');
  }
});

test.each(OTHERS)('R-UI-7 %s is another origin, and refused', async (origin) => {
  for (const [path, method] of ADDRESSES) {
    const answer = await preflight(open, path, method, origin);
    expect(answer.status).toBe(403);
    expect(corsHeaders(answer)).toEqual([]);
    expect(await answer.json()).toMatchObject({
      errors: [
        {
          code: 'NOT_ALLOWED',
          field: 'Origin',
          message: expect.stringContaining(origin),
          hint: expect.stringContaining('UPDRAFT_CORS_ORIGINS'),
        },
      ],
    });
  }
});

test('R-UI-7 without the setting no origin is let in', async () => {
  for (const [path, method] of ADDRESSES) expect((await preflight(closed, path, method, CONSOLE)).status).toBe(403);
  const answer = await fetch(closed.graphqlUrl, { method: 'POST', headers: { origin: CONSOLE } });
  expect(answer.headers.get('access-control-allow-origin')).toBeNull();
});

test('R-UI-7 refusals can be read by a listed origin, and by no other', async () => {
  for (const path of ['/graphql', '/packages', '/uploads', '/imports', '/lists', '/nothing']) {
    const [listed, other] = await Promise.all(
      [CONSOLE, OTHERS[0] ?? ''].map((origin) => fetch(`${open.url}${path}`, { method: 'POST', headers: { origin } })),
    );
    expect([listed?.headers.get('access-control-allow-origin'), other?.headers.get('access-control-allow-origin')]).toEqual([
      CONSOLE,
      null,
    ]);
    expect([listed?.status, other?.status]).toEqual(path === '/nothing' ? [404, 404] : [401, 401]);
  }
});

test("R-UI-7 tus's headers and the name of a file can be read", async () => {
  const answer = await fetch(`${open.url}/uploads`, {
    method: 'POST',
    headers: {
      ...{ origin: CONSOLE, authorization: `Bearer ${open.keys.operator}`, 'Tus-Resumable': '1.0.0', 'Upload-Length': '10' },
      'Upload-Metadata': `filename ${Buffer.from('fw.bin').toString('base64')}`,
    },
  });
  expect(answer.status).toBe(201);
  expect(answer.headers.get('access-control-allow-origin')).toBe(CONSOLE);
  const exposed = answer.headers.get('access-control-expose-headers')?.split(/, */);
  expect(exposed).toEqual(expect.arrayContaining(['Location', 'Upload-Offset', 'Upload-Length', 'Upload-Expires', 'Tus-Resumable']));
  const csv = await fetch(`${open.url}/batches/none/tasks.csv`, {
    headers: { origin: CONSOLE, authorization: `Bearer ${open.keys.viewer}` },
  });
  expect(csv.headers.get('access-control-expose-headers')).toContain('Content-Disposition');
});

test('R-UI-7 what is no preflight needs a key as ever', async () => {
  const options = await fetch(`${open.url}/uploads`, { method: 'OPTIONS', headers: { origin: CONSOLE, 'Tus-Resumable': '1.0.0' } });
  expect(options.status).toBe(401);
});

/** Whether a page of the origin gets a WebSocket; a program has no origin. */
const socketOf = (api: TestApi, origin?: string): Promise<string | number> =>
  new Promise((resolve) => {
    const socket = new WebSocket(api.graphqlUrl.replace('http', 'ws'), 'graphql-transport-ws', { origin });
    socket.on('open', () => {
      socket.close();
      resolve('open');
    });
    socket.on('error', () => undefined);
    socket.on('unexpected-response', (_req, { statusCode = 0 }) => {
      resolve(statusCode);
      socket.terminate();
    });
  });

test('R-UI-7 a WebSocket is for programs, pages of the API itself and listed origins', async () => {
  for (const origin of [undefined, open.url, CONSOLE, 'https://fw.example.com']) expect(await socketOf(open, origin)).toBe('open');
  for (const origin of OTHERS) expect(await socketOf(open, origin)).toBe(403);
  expect(await socketOf(closed, CONSOLE)).toBe(403);
  expect(await socketOf(closed, closed.url)).toBe('open');
});
