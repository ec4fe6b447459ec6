import { request } from 'node:http';
import { browserLike } from './support/browser-like';
import { startTestApi, type TestApi } from './support/test-api';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

const { ownPage, viewerBy } = browserLike(() => api);

const link = async () => `/signin/link?token=${await api.core.access.createSignInLink()}`;
const open = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  new Promise<{ status: number; cookie: string; location?: string }>((resolve, reject) => {
    const req = request(`${api.url}${path}`, { method, headers }, (res) => {
      res.resume();
      const { location, 'set-cookie': set = [] } = res.headers;
      resolve({ status: res.statusCode ?? 0, location, cookie: set[0]?.split(';')[0] ?? '' });
    });
    req.on('error', reject).end();
  });

test('R-UI-4 the link of a start signs an administrator in, once', async () => {
  const path = await link();
  const { status, location, cookie } = await open(path);
  expect([status, location]).toEqual([303, '/']);
  expect(await viewerBy({ ...ownPage(), cookie })).toMatchObject({ kind: 'PERSON', role: 'ADMINISTRATOR', products: null });
  expect(await open(path)).toMatchObject({ status: 401, cookie: '' });
});

test.each([
  ['/batches/b1', '/batches/b1'],
  ['//evil.example/', '/'],
])('R-UI-4 the link of a start may lead on to a page, %s to %s', async (returnTo, expected) => {
  const { status, location } = await open(`${await link()}&returnTo=${encodeURIComponent(returnTo)}`);
  expect([status, location]).toEqual([303, expected]);
});

test('R-UI-4 the link of a start is not used up by what only looks ahead, nor opened by another name', async () => {
  const path = await link();
  for (const header of ['sec-purpose', 'purpose']) expect((await open(path, { [header]: 'prefetch' })).status).toBe(204);
  expect((await open(path, {}, 'HEAD')).status).toBe(204);
  expect((await open(path, { host: 'evil.example:8080' })).status).toBe(403);
  const racing = await Promise.all(Array.from({ length: 5 }, () => open(path)));
  expect(racing.map(({ status }) => status).sort()).toEqual([303, 401, 401, 401, 401]);
});

test('R-UI-4 the link of a start is not found by trying', async () => {
  // Tries are counted for a minute: in this one time stands still.
  const clock = jest.spyOn(performance, 'now').mockReturnValue(performance.now());
  const tried = [];
  for (let count = 0; count < 40; count += 1) tried.push((await open(`/signin/link?token=${'A'.repeat(43)}`)).status);
  clock.mockRestore();
  expect(tried.filter((status) => status === 401).length).toBeLessThanOrEqual(20);
  expect(tried.at(-1)).toBe(429);
});
