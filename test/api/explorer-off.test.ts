import { getIntrospectionQuery } from 'graphql';
import { startTestApi, type TestApi } from './support/test-api';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ explorer: false });
});
afterAll(() => api.stop());

test('R-UI-1 without the explorer there is no page, and no schema on either transport', async () => {
  expect((await fetch(`${api.url}/explorer/`)).status).toBe(404);
  expect((await api.ask('{ __schema { queryType { name } } }', {}, null)).status).toBe(401);
  expect((await api.ask(getIntrospectionQuery())).errors?.[0]?.message).toContain('introspection');
  const overSocket = api.socket().iterate({ query: '{ __schema { types { name } } }' });
  await expect(overSocket.next()).rejects.toEqual(
    expect.arrayContaining([expect.objectContaining({ message: expect.stringContaining('introspection') })]),
  );
});

test('R-UI-1 without the explorer the bare address says what is here', async () => {
  expect(await (await fetch(api.url)).json()).toMatchObject({ name: 'Updraft', graphql: '/graphql', health: '/healthz' });
});

test('R-UI-1 stopping ends subscriptions and open connections', async () => {
  const other = await startTestApi();
  const subscription = other.socket().iterate({ query: 'subscription { taskChanges { __typename } }' });
  const ended = subscription.next().then(
    () => 'ended',
    () => 'ended',
  );
  await other.ask('{ viewer { name } }');
  await other.stop();
  expect(await ended).toBe('ended');
  await expect(fetch(`${other.url}/healthz`)).rejects.toThrow('fetch failed');
});
