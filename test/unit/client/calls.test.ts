import { createUpdraftClient, type UpdraftClientOptions } from '@updraft/client';

interface Asked {
  query: string;
  variables: Record<string, unknown>;
  authorization: string | null;
}

/** A client whose requests are answered by what is given, in turn; the last answer comes again and again. */
function clientWith(answers: (Response | Error)[], more: Partial<UpdraftClientOptions> = {}) {
  const asked: Asked[] = [];
  const waited: number[] = [];
  const client = createUpdraftClient({
    url: 'http://updraft.test/',
    credentials: { apiKey: 'key' },
    async fetch(_url, init) {
      const { query, variables } = JSON.parse(String(init?.body));
      asked.push({ query, variables, authorization: new Headers(init?.headers).get('authorization') });
      const answer = answers[Math.min(asked.length, answers.length) - 1];
      if (answer instanceof Response) return answer.clone();
      throw answer;
    },
    backoff(tries) {
      waited.push(tries);
      return 0;
    },
    ...more,
  });
  return { client, asked, waited };
}

const json = (body: object, status = 200, headers: Record<string, string> = {}) => new Response(JSON.stringify(body), { status, headers });
const busy = (status: number, headers: Record<string, string> = {}) =>
  json({ errors: [{ message: 'Busy.', extensions: { code: 'BUSY' } }] }, status, headers);
const CUT = new TypeError('fetch failed', { cause: { code: 'ECONNRESET' } });
const CREATE = 'mutation ($input: CreateProductInput!) { createProduct(input: $input) { product { key } userErrors { code } } }';
const INLINE = 'mutation { createProduct(input: { key: "a", name: "b" }) { product { key } userErrors { code } } }';
const KEYED =
  'mutation ($key: String!, $idempotencyKey: String) { createProduct(input: { key: $key, name: "b", idempotencyKey: $idempotencyKey }) { product { key } } }';
const ENABLE = 'mutation ($input: SetDevicesEnabledInput!) { setDevicesEnabled(input: $input) { devices { id } } }';
const OK = json({ data: { viewer: { name: 'ada' } } });
const MADE = json({ data: { createProduct: { product: { key: 'a' }, userErrors: [] } } });

describe('R-UI-6: a request', () => {
  test('is answered with data, by a key that its header carries', async () => {
    const { client, asked } = clientWith([OK]);
    expect(await client.query('{ viewer { name } }')).toEqual({ ok: true, data: { viewer: { name: 'ada' } } });
    expect(asked).toEqual([{ query: '{ viewer { name } }', variables: {}, authorization: 'Bearer key' }]);
  });

  test('is no refusal because the limit that is called `userErrors` is asked for', async () => {
    const limits = { userErrors: 20 };
    expect(await clientWith([json({ data: { limits } })]).client.query('{ limits { userErrors } }')).toMatchObject({
      ok: true,
      data: { limits },
    });
  });

  test('tells user errors as it tells errors of GraphQL, with all that the API says of them', async () => {
    const userErrors = [{ code: 'TOO_MANY', field: 'devices', message: 'Too many.', hint: 'Fewer.', limit: '1000', conflictingId: 'x' }];
    const refused = await clientWith([json({ data: { createProduct: { product: null, userErrors } } })]).client.mutate(CREATE, {
      input: {},
    });
    expect(refused).toMatchObject({ ok: false, reason: 'refused', problems: userErrors, data: { createProduct: { product: null } } });
    const errors = [{ message: 'There is none.', path: ['batch'], extensions: { code: 'NOT_FOUND' } }];
    const partly = await clientWith([json({ data: { batch: null, viewer: { name: 'ada' } }, errors })]).client.query(
      '{ batch(id: 1) { id } }',
    );
    expect(partly).toMatchObject({ ok: false, reason: 'errors', problems: [{ code: 'NOT_FOUND' }], data: { viewer: { name: 'ada' } } });
  });

  test.each([
    ['429', busy(429)],
    ['503', busy(503)],
    ['a cut', CUT],
    ['a proxy without the API', new Response('<html>', { status: 502 })],
  ])('is repeated after %s', async (_what, wrong) => {
    const { client, asked, waited } = clientWith([wrong, wrong, OK]);
    expect(await client.query('{ viewer { name } }')).toMatchObject({ ok: true });
    expect(asked).toHaveLength(3);
    expect(waited).toEqual([0, 1]);
  });

  test('waits as long as Retry-After says, and is given back to the caller where that is long', async () => {
    const { client, waited } = clientWith([busy(429, { 'retry-after': '0' }), OK]);
    expect(await client.query('{ viewer { name } }')).toMatchObject({ ok: true });
    expect(waited).toEqual([]);
    const long = clientWith([busy(429, { 'retry-after': '3600' })]);
    expect(await long.client.query('{ viewer { name } }')).toMatchObject({ reason: 'busy', status: 429, retryAfterMs: 3_600_000 });
    expect(long.asked).toHaveLength(1);
  });

  test('ends with what is wrong after its last try, or when it is given up', async () => {
    const { client, asked } = clientWith([CUT], { tries: 3 });
    expect(await client.query('{ viewer { name } }')).toMatchObject({ reason: 'unreachable', problems: [{ code: 'UNREACHABLE' }] });
    expect(asked).toHaveLength(3);
    const given = new AbortController();
    const waiting = clientWith([busy(503)], {
      backoff() {
        given.abort();
        return 60_000;
      },
    });
    expect(await waiting.client.query('{ viewer { name } }', {}, { signal: given.signal })).toMatchObject({ reason: 'canceled' });
  });

  test('of a mutation has one key over its tries, one of its own for each call, and the caller’s where there is one', async () => {
    const { client, asked } = clientWith([CUT, busy(503), MADE]);
    await client.mutate(CREATE, { input: { key: 'a' } });
    await client.mutate(CREATE, { input: { key: 'a' } });
    await client.mutate(CREATE, { input: { key: 'a', idempotencyKey: 'mine' } });
    const keys = asked.map(({ variables }) => (variables.input as { idempotencyKey: string }).idempotencyKey);
    expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(keys).toEqual([keys[0], keys[0], keys[0], keys[3], 'mine']);
    expect(keys[3]).not.toBe(keys[0]);
    const keyed = clientWith([CUT, MADE]);
    await keyed.client.mutate(KEYED, { key: 'a' });
    expect(keyed.asked.map(({ variables }) => variables.idempotencyKey)).toEqual([
      expect.any(String),
      keyed.asked[0]?.variables.idempotencyKey,
    ]);
  });

  test('of a mutation is not repeated where that might do it twice, and is where what it does is the same', async () => {
    const unsafe = clientWith([CUT, MADE]);
    expect(await unsafe.client.mutate(INLINE)).toMatchObject({ reason: 'unreachable' });
    expect(unsafe.asked).toHaveLength(1);
    const enabled = clientWith([CUT, json({ data: { setDevicesEnabled: { devices: [] } } })]);
    const input = { deviceIds: ['a'], enabled: true };
    expect(await enabled.client.mutate(ENABLE, { input })).toMatchObject({ ok: true });
    expect(enabled.asked.map(({ variables }) => variables)).toEqual([{ input }, { input }]);
  });

  test('of a mutation that no answer came to says that it may be done, and is the same call with the caller’s key', async () => {
    const { client, asked } = clientWith([CUT, busy(503), CUT, MADE], { tries: 2 });
    const options = { idempotencyKey: 'kept' };
    expect(await client.mutate(CREATE, { input: { key: 'a' } }, options)).toMatchObject({ problems: [{ code: 'BUSY', mayBeDone: true }] });
    expect(await client.mutate(CREATE, { input: { key: 'a' } }, options)).toMatchObject({ ok: true });
    expect(asked.map(({ variables }) => variables.input)).toEqual(Array(4).fill({ key: 'a', idempotencyKey: 'kept' }));
    const open = async (answer: Response | Error) => {
      const result = await clientWith([answer], { tries: 1 }).client.mutate(CREATE, { input: { key: 'a' } });
      return !result.ok && result.problems.map(({ code, mayBeDone }) => [code, mayBeDone]);
    };
    expect(await open(busy(503))).toEqual([['BUSY', false]]);
    expect(await open(new Response('<html>Bad gateway</html>', { status: 502 }))).toEqual([['UNREACHABLE', true]]);
    const away = json({ errors: [{ message: 'Away.', extensions: { code: 'STORE_UNAVAILABLE' } }] });
    expect(await open(away)).toEqual([['STORE_UNAVAILABLE', true]]);
    expect(await clientWith([CUT], { tries: 1 }).client.query('{ viewer { name } }')).toMatchObject({ problems: [{ mayBeDone: false }] });
  });

  test('of two mutations has no key that would be for both', async () => {
    const { client, asked } = clientWith([CUT, MADE]);
    const document = `mutation ($input: CreateProductInput!) { a: createProduct(input: $input) { product { key } } b: createProduct(input: $input) { product { key } } }`;
    expect(await client.mutate(document, { input: { key: 'a' } })).toMatchObject({ reason: 'unreachable' });
    expect(asked.map(({ variables }) => variables)).toEqual([{ input: { key: 'a' } }]);
  });

  test('takes its credentials nowhere but to the API, and a browser session is a cookie of its own pages', async () => {
    const sent: [string, RequestInit | undefined][] = [];
    const client = createUpdraftClient({
      url: 'http://updraft.test/',
      credentials: 'browser session',
      async fetch(url, init) {
        sent.push([String(url), init]);
        return OK.clone();
      },
    });
    await client.query('{ viewer { name } }');
    await client.fetch('/batches/b/tasks.csv');
    expect(sent.map(([url, init]) => [url, init?.credentials, new Headers(init?.headers).has('authorization')])).toEqual([
      ['http://updraft.test/graphql', 'same-origin', false],
      ['http://updraft.test/batches/b/tasks.csv', 'same-origin', false],
    ]);
    const { client: keyed, asked } = clientWith([OK]);
    await expect(keyed.fetch('http://elsewhere.test/graphql')).rejects.toThrow('for http://updraft.test alone');
    expect(asked).toEqual([]);
  });

  test('is sent once more with another token when one is refused', async () => {
    const refused = json({ errors: [{ message: 'It has expired.', extensions: { code: 'NOT_SIGNED_IN' } }] }, 401);
    const asked: string[] = [];
    const token = (why: string) => `token-${asked.push(why)}`;
    const renewed = clientWith([refused, OK], { credentials: { token } });
    expect(await renewed.client.query('{ viewer { name } }')).toMatchObject({ ok: true });
    expect(renewed.asked.map(({ authorization }) => authorization)).toEqual(['Bearer token-1', 'Bearer token-2']);
    expect(asked).toEqual(['needed', 'refused']);
    const gone = clientWith([refused], { credentials: { token } });
    expect(await gone.client.query('{ viewer { name } }')).toMatchObject({
      reason: 'not-signed-in',
      problems: [{ message: 'It has expired.' }],
    });
    expect(gone.asked).toHaveLength(2);
    expect((await clientWith([refused]).client.query('{ viewer { name } }')).ok).toBe(false);
  });

  test('walks a list page by page, and throws what goes wrong', async () => {
    const page = (id: string, hasNextPage: boolean) =>
      json({ data: { tasks: { edges: [{ node: { id } }], pageInfo: { hasNextPage, endCursor: `after ${id}` } } } });
    const { client, asked } = clientWith([page('1', true), page('2', false)]);
    const LIST = 'query ($after: String) { tasks(after: $after) { edges { node { id } } pageInfo { hasNextPage endCursor } } }';
    type Data = { tasks: { edges: { node: { id: string } }[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } } };
    const ids: string[] = [];
    for await (const { id } of client.items<Data, object, { id: string }>(LIST, {}, ({ tasks }) => tasks)) ids.push(id);
    expect(ids).toEqual(['1', '2']);
    expect(asked.map(({ variables }) => variables.after)).toEqual([undefined, 'after 1']);
    const failing = clientWith([json({ errors: [{ message: 'No.', extensions: { code: 'NOT_ALLOWED' } }] })]).client;
    await expect(failing.items<Data, object, { id: string }>(LIST, {}, ({ tasks }) => tasks).next()).rejects.toThrow('No.');
  });
});
