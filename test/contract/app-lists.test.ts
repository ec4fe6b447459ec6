import type { mongo } from 'mongoose';
import { OWNER_DEVICES } from '../../core/access/apps/devices-of-owner';
import { ownDevices } from '../../core/access/apps/own-devices';
import type { Viewer } from '../../core/access/viewer';
import type { CoreParts } from '../../core/core-parts';
import type { Page } from '../../core/paging/page';
import type { Task } from '../../schema/model/task/task';
import { aTask } from '../support/builders';
import { handClock } from '../support/core-parts';
import { meters } from '../support/meters';
import { quietEngine } from '../support/quiet-engine';
import { testStore } from '../support/store';

const names = Array.from({ length: OWNER_DEVICES }, (_, index) => `dev-${String(index).padStart(4, '0')}`);
const FINISHED = 4;
const PAGE = 50;
const app: Viewer = {
  ...{ actorId: 'user:x', kind: 'APP_USER', name: 'app', role: 'APP', products: null, owner: 'user-1' },
  deviceIds: names.map((name) => `meter.${name}`),
};

let store: Awaited<ReturnType<typeof testStore>>;
let parts: CoreParts;
beforeAll(async () => {
  store = await testStore();
  parts = await meters({ store, engine: quietEngine(), clock: handClock() }, []);
  const tasks = names.flatMap((deviceName) => [
    ...Array.from({ length: FINISHED }, (_, index) =>
      aTask({ batchId: `old${index}`, productKey: 'meter', deviceName, status: 'SUCCEEDED', active: false, createdAt: new Date(index) }),
    ),
    aTask({ batchId: 'batch1', productKey: 'meter', deviceName, createdAt: new Date(FINISHED) }),
  ]);
  await store.collections.tasks.insertMany(tasks);
});
afterAll(async () => {
  await parts?.close();
  await store?.close();
});

interface Profiled {
  planSummary: string;
  docsExamined: number;
  keysExamined: number;
  hasSortStage?: boolean;
}

/** What the store was asked for meanwhile. */
async function profiled(work: () => Promise<unknown>): Promise<Profiled[]> {
  const db = store.connection.db as mongo.Db;
  await db.setProfilingLevel('all');
  await work();
  await db.setProfilingLevel('off');
  const asked = await db
    .collection('system.profile')
    .find<Profiled>({ op: { $in: ['query', 'command'] }, ns: /\.tasks$/ })
    .toArray();
  await db.collection('system.profile').drop();
  return asked;
}

async function all(list: (after: string | null) => Promise<Page<Task>>): Promise<{ ids: string[]; asked: Profiled[] }> {
  const ids: string[] = [];
  const asked: Profiled[] = [];
  let after: string | null = null;
  for (let hasNext = true; hasNext; ) {
    const from: string | null = after;
    const profile = await profiled(async () => {
      const page = await list(from);
      ids.push(...page.rows.map(({ node }) => node._id));
      after = page.rows.at(-1)?.cursor ?? null;
      hasNext = page.hasNextPage;
    });
    expect(profile).toHaveLength(1);
    asked.push(...profile);
  }
  return { ids, asked };
}

test('R-DEV-7 unfinished tasks of a thousand devices are read along an index, a page by one look, and nothing of their history', async () => {
  const { ids, asked } = await all((after) => parts.core.tasks.unfinished(app, null, null, { first: PAGE, after }));
  expect(ids).toEqual(names.map((name) => `batch1.meter.${name}`));
  for (const { hasSortStage, docsExamined, planSummary } of asked) {
    expect({ hasSortStage, isPage: docsExamined <= 2 * (PAGE + 1) + 1, planSummary }).toEqual({
      ...{ hasSortStage: undefined, isPage: true },
      planSummary: expect.stringMatching(/^IXSCAN { deviceId: 1, module: 1 }/),
    });
  }
});

test('R-DEV-7 the whole of their tasks likewise, by device and latest first', async () => {
  const { ids, asked } = await all((after) => parts.core.tasks.list({ among: ownDevices(app) }, { first: PAGE, after }));
  const batches = ['batch1', ...Array.from({ length: FINISHED }, (_, index) => `old${FINISHED - 1 - index}`)];
  expect(ids).toEqual(names.flatMap((name) => batches.map((batch) => `${batch}.meter.${name}`)));
  expect(asked.filter(({ hasSortStage, docsExamined }) => hasSortStage || docsExamined > 2 * (PAGE + 1) + 1)).toEqual([]);
});
