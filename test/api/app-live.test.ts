import { OWNER_DEVICES } from '../../core/access/apps/devices-of-owner';
import type { Task } from '../../schema/model/task/task';
import { aPackage, aTask } from '../support/builders';
import { administrator, operator } from '../support/core-parts';
import { startIssuer, type TestIssuer } from '../support/issuer';
import { startTestApi, type TestApi } from './support/test-api';

let issuer: TestIssuer;
let api: TestApi;
beforeAll(async () => {
  issuer = await startIssuer();
  const issuers = [{ ...issuer.issuer, ownerClaim: ['app', 'user'] }];
  api = await startTestApi({ access: { issuers, session: { idleMinutes: 60, hours: 12 } } });
  await api.core.products.create(administrator, { key: 'meter', name: 'Water meter' });
  await api.store.collections.packages.insertOne(aPackage({ productKey: 'meter' }));
});
afterAll(async () => {
  await api?.stop();
  await issuer?.stop();
});

const tokenOf = (user: string) => issuer.token({ groups: [], name: 'Ada', app: { user } });
const codes = ({ errors }: { errors?: { extensions: Record<string, unknown> }[] }) => errors?.map(({ extensions }) => extensions.code);

/** A device of the owner with a task that waits for confirmation. */
async function deviceOf(owner: string | null, deviceName: string): Promise<Task> {
  await api.core.devices.register(operator, 'meter', [{ deviceName, ...(owner !== null && { owner }) }]);
  const task = aTask({ productKey: 'meter', deviceName, status: 'UNCONFIRMED', offerAt: null, reachable: false, gatewayId: null });
  await api.store.collections.tasks.insertOne(task);
  return task;
}
const give = (task: Task, owner: string | null) => api.core.devices.setOwners(operator, [{ deviceId: task.deviceId, owner }]);
let nudges = 0;
const nudge = (...tasks: Task[]) =>
  api.store.collections.tasks.updateMany({ _id: { $in: tasks.map(({ _id }) => _id) } }, { $set: { causeText: `nudge ${nudges++}` } });

interface Event {
  __typename: 'TaskChange' | 'Resync';
  cursor: string;
  task?: { id: string; status: string; causeText: string | null };
}
const FOLLOW = `subscription ($deviceId: ID, $after: String) { deviceTasks(deviceId: $deviceId, after: $after) {
  __typename ... on TaskChange { cursor task { id status causeText } } ... on Resync { cursor } } }`;

function follow(token: string, variables: { deviceId?: string; after?: string } = { after: '' }) {
  const events = api.socket({ authorization: `Bearer ${token}` }).iterate({ query: FOLLOW, variables });
  return {
    async next(): Promise<Event> {
      const { value, done } = await events.next();
      if (done || value.errors) throw new Error(`The subscription ended: ${JSON.stringify(value?.errors)}`);
      return (value.data as { deviceTasks: Event }).deviceTasks;
    },
    /** The next change of a task. An owner whose devices have become others is told to query when that is seen, which may be late. */
    async change(): Promise<Event> {
      for (;;) {
        const event = await this.next();
        if (event.__typename === 'TaskChange') return event;
      }
    },
    /** Reads on until a Resync came; gives the tasks of the events before it. */
    async untilResync(): Promise<(string | undefined)[]> {
      const seen: (string | undefined)[] = [];
      for (let event = await this.next(); event.__typename !== 'Resync'; event = await this.next()) seen.push(event.task?.id);
      return seen;
    },
    stop: async () => void (await events.return?.()),
  };
}

const UNFINISHED = '{ unfinishedTasks { edges { node { id } } pageInfo { hasNextPage } } }';
const unfinished = async (token: string): Promise<string[]> => {
  const { data, errors } = await api.ask(UNFINISHED, {}, token);
  if (errors) throw new Error(JSON.stringify(errors));
  return (data.unfinishedTasks as { edges: { node: { id: string } }[] }).edges.map(({ node }) => node.id);
};

test('R-DEV-7 an app follows and lists the tasks of all devices of its owner without naming one, and of nobody else', async () => {
  const [first, second, foreign] = [
    await deviceOf('user-a', 'dev-a1'),
    await deviceOf('user-a', 'dev-a2'),
    await deviceOf('user-b', 'dev-b1'),
  ];
  const token = await tokenOf('user-a');
  const live = follow(token);
  expect(await live.next()).toMatchObject({ __typename: 'Resync' });
  expect(await unfinished(token)).toEqual([first._id, second._id]);
  await nudge(foreign);
  await nudge(second);
  expect(await live.change()).toMatchObject({ task: { id: second._id } });
  await live.stop();

  const asked = async (filter: string) => {
    const { data, errors } = await api.ask(`{ tasks(filter: ${filter}) { edges { node { id } } } }`, {}, token);
    return errors ? codes({ errors }) : (data.tasks as { edges: { node: { id: string } }[] }).edges.map(({ node }) => node.id);
  };
  expect(await asked('{}')).toEqual([first._id, second._id]);
  expect(await asked('{ statuses: [QUEUED] }')).toEqual([]);
  expect(await asked(`{ batchId: "${first.batchId}" }`)).toEqual([first._id, second._id]);
  expect(await asked('{ deviceNamePrefix: "dev-a2" }')).toEqual([second._id]);
  expect(await asked('{ deviceId: "meter.dev-b1" }')).toEqual(['NOT_ALLOWED']);
  expect(await asked('{ batchId: "none" }')).toEqual([]);
});

test('R-DEV-7 whoever is no app names a device', async () => {
  expect(codes(await api.ask(UNFINISHED, {}, api.keys.operator))).toEqual(['REQUIRED']);
  const events = api.socket().iterate({ query: FOLLOW, variables: {} });
  expect(codes((await events.next()).value)).toEqual(['REQUIRED']);
});

test('R-DEV-7 a device that is lost in the middle is heard of no more, and one that is gained is', async () => {
  const [kept, moved] = [await deviceOf('user-c', 'dev-c1'), await deviceOf('user-c', 'dev-c2')];
  await deviceOf('user-d', 'dev-d1');
  const [from, to] = [await tokenOf('user-c'), await tokenOf('user-d')];
  const [before, after] = [follow(from), follow(to)];
  await before.next();
  await after.next();
  await give(moved, 'user-d');
  await nudge(moved);
  await nudge(kept);
  // Both are told to query, after a while, and what they get is as it is now.
  const heard: Event[] = [];
  while (new Set(heard.map(({ __typename }) => __typename)).size < 2) heard.push(await before.next());
  expect(new Set(heard.flatMap(({ task }) => task?.id ?? []))).toEqual(new Set([kept._id]));
  expect(await unfinished(from)).toEqual([kept._id]);
  await after.untilResync();
  expect(await unfinished(to)).toEqual(['batch1.meter.dev-c2', 'batch1.meter.dev-d1']);
  await nudge(moved);
  expect(await after.change()).toMatchObject({ task: { id: moved._id } });
  await after.stop();
});

test('R-DEV-7 who follows one device that is lost hears of it no more, and is told to query', async () => {
  const moved = await deviceOf('user-e', 'dev-e1');
  await deviceOf('user-e', 'dev-e2');
  const live = follow(await tokenOf('user-e'), { deviceId: 'meter.dev-e1', after: '' });
  await live.next();
  await give(moved, null);
  await nudge(moved);
  expect(await live.untilResync()).toEqual([]);
});

test('R-DEV-7 R-UI-1 after a cut an app goes on behind its cursor, and begins anew where its owner has other devices', async () => {
  const [first, second] = [await deviceOf('user-f', 'dev-f1'), await deviceOf('user-f', 'dev-f2')];
  const later = await deviceOf(null, 'dev-f3');
  const token = await tokenOf('user-f');
  const live = follow(token);
  await live.next();
  await nudge(first);
  const { cursor, task } = await live.change();
  expect(task?.id).toBe(first._id);
  await live.stop();
  await nudge(second);
  await nudge(later);
  const again = follow(token, { after: cursor });
  const missed = await again.change();
  expect(missed).toMatchObject({ task: { id: second._id } });
  await again.stop();

  await give(later, 'user-f');
  const anew = follow(token, { after: missed.cursor });
  expect(await anew.next()).toMatchObject({ __typename: 'Resync' });
  expect(await unfinished(token)).toEqual([first._id, second._id, later._id]);
  await nudge(later);
  expect(await anew.change()).toMatchObject({ task: { id: later._id } });
  await anew.stop();
  const { cursor: ofOthers } = { cursor: missed.cursor.replace(/\..*$/, '') };
  const forged = follow(token, { after: ofOthers });
  expect(await forged.next()).toMatchObject({ __typename: 'Resync' });
  await forged.stop();
});

test('R-DEV-7 two apps of one owner hear the same, and what one decides the other sees', async () => {
  const task = await deviceOf('user-g', 'dev-g1');
  const token = await tokenOf('user-g');
  const apps = [follow(token), follow(await tokenOf('user-g'))];
  for (const app of apps) await app.next();
  const decided = await api.ask(
    'mutation ($ids: [ID!]!) { confirmTasks(input: { taskIds: $ids }) { tasks { status } userErrors { code } } }',
    { ids: [task._id] },
    token,
  );
  expect(decided.data.confirmTasks).toEqual({ tasks: [{ status: 'QUEUED' }], userErrors: [] });
  for (const app of apps) expect(await app.change()).toMatchObject({ task: { id: task._id, status: 'QUEUED' } });
  for (const app of apps) await app.stop();
});

test('R-DEV-7 an owner of a thousand devices has their tasks in pages, each by one look along an index', async () => {
  const names = Array.from({ length: OWNER_DEVICES + 5 }, (_, index) => `many-${String(index).padStart(4, '0')}`);
  for (let from = 0; from < names.length; from += 500)
    await api.core.devices.register(
      operator,
      'meter',
      names.slice(from, from + 500).map((deviceName) => ({ deviceName, owner: 'user-many' })),
    );
  const fields = { productKey: 'meter', status: 'UNCONFIRMED', offerAt: null, reachable: false, gatewayId: null } as const;
  await api.store.collections.tasks.insertMany(names.map((deviceName) => aTask({ ...fields, deviceName })));
  const token = await tokenOf('user-many');
  for (const list of ['unfinishedTasks', 'tasks']) {
    const seen: string[] = [];
    for (let after: string | null = null; ; ) {
      const query: string = `query ($after: String) { list: ${list}(first: 100, after: $after) { edges { node { deviceName } } pageInfo { hasNextPage endCursor } } }`;
      const { data } = await api.ask(query, { after }, token);
      const { edges, pageInfo } = data.list as {
        edges: { node: { deviceName: string } }[];
        pageInfo: { hasNextPage: boolean; endCursor: string };
      };
      seen.push(...edges.map(({ node }) => node.deviceName));
      if (!pageInfo.hasNextPage) break;
      after = pageInfo.endCursor;
    }
    expect(seen).toEqual(names.slice(0, OWNER_DEVICES));
  }
  const live = follow(token);
  await live.next();
  const [last] = await api.store.collections.tasks.find({ deviceName: names[OWNER_DEVICES - 1] }).toArray();
  await nudge(last as Task);
  expect(await live.change()).toMatchObject({ task: { id: last?._id } });
  await live.stop();
});

test('R-UI-4 a key with a list of devices follows them all, too', async () => {
  const [one, other] = [await deviceOf(null, 'dev-h1'), await deviceOf(null, 'dev-h2')];
  await deviceOf(null, 'dev-h3');
  const { key } = await api.core.access.createKey(administrator, { name: 'app', role: 'APP', deviceIds: ['meter.dev-h1', 'meter.dev-h2'] });
  const live = follow(key);
  const { cursor } = await live.next();
  expect(await unfinished(key)).toEqual([one._id, other._id]);
  await nudge(other);
  expect(await live.change()).toMatchObject({ task: { id: other._id } });
  await live.stop();
  const again = follow(key, { after: cursor });
  expect(await again.change()).toMatchObject({ task: { id: other._id } });
  await again.stop();
});
