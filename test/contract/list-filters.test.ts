import { mongo } from 'mongoose';
import type { BatchFilter } from '../../core/batches/contract';
import { batchQuery } from '../../core/batches/filter';
import type { CoreParts } from '../../core/core-parts';
import type { DeviceFilter } from '../../core/devices/contract';
import { deviceQuery } from '../../core/devices/filter';
import type { Page } from '../../core/paging/page';
import { pageOf } from '../../core/paging/page-of';
import type { TaskFilter } from '../../core/tasks/contract';
import { aBatch, aTask } from '../support/builders';
import { handClock, operator, refusal } from '../support/core-parts';
import { meters } from '../support/meters';
import { quietEngine } from '../support/quiet-engine';
import { useStore } from '../support/store';

const store = useStore();
let parts: CoreParts;
const tag = (key: string, value: string) => ({ key, value });
beforeEach(async () => {
  parts = await meters({ store, engine: quietEngine(), clock: handClock() }, [
    { deviceName: 'north-1', tags: [tag('site', 'n'), tag('ring', 'beta')] },
    { deviceName: 'north-2', tags: [tag('site', 'n')], dialect: 'IOTDA' },
    { deviceName: 'south-1', tags: [tag('site', 's')] },
  ]);
  await parts.core.devices.setEnabled(operator, ['meter.south-1'], false);
});

/** A machine that stands still for a moment has no count in time; the next one has. */
async function totalOf({ total }: Page<object>): Promise<number | null | undefined> {
  for (let tries = 1; ; tries += 1) {
    const found = await total?.();
    if (found !== null || tries === 5) return found;
  }
}

const devices = async (filter: DeviceFilter, backwards = false) => {
  const page = await parts.core.devices.list(filter, {}, backwards);
  return [page.rows.map(({ node }) => node.deviceName), await totalOf(page)];
};

describe('R-UI-3 lists of devices', () => {
  test.each<[string, DeviceFilter, string[]]>([
    ['by tag', { tag: tag('site', 'n') }, ['north-1', 'north-2']],
    ['by another tag', { tag: tag('ring', 'beta') }, ['north-1']],
    ['by a tag that nobody has', { tag: tag('ring', 'Beta') }, []],
    ['by dialect', { dialect: 'IOTDA' }, ['north-2']],
    ['disabled', { enabled: false }, ['south-1']],
    ['enabled', { enabled: true }, ['north-1', 'north-2']],
    [
      'by all at once',
      { productKey: 'meter', namePrefix: 'north', enabled: true, dialect: 'LINK', tag: tag('site', 'n'), online: false },
      ['north-1'],
    ],
    ['by tag in a product that has none', { productKey: 'other', tag: tag('site', 'n') }, []],
  ])('R-UI-3 are filtered %s, and counted', async (_name, filter, names) => {
    expect(await devices(filter)).toEqual([names, names.length]);
    expect(await devices(filter, true)).toEqual([[...names].reverse(), names.length]);
  });

  test.each(['a.b', '$where', ' ', 'x'.repeat(33)])('R-UI-3 R-SAFE-3 a tag that none can be, %j, is refused', async (key) => {
    expect(await refusal(parts.core.devices.list({ tag: tag(key, 'x') }, {}))).toEqual([
      { code: 'INVALID_FORMAT', field: 'filter.tag.key' },
    ]);
  });

  test('R-UI-3 are read along an index', async () => {
    const planOf = async (filter: DeviceFilter) =>
      JSON.stringify((await store.collections.devices.find(deviceQuery(filter)).sort({ _id: 1 }).explain('queryPlanner')).queryPlanner);
    expect(await planOf({ dialect: 'IOTDA' })).toContain('dialect_1__id_1');
    expect(await planOf({ enabled: false })).toContain('enabled_1__id_1');
    expect(await planOf({ tag: tag('ring', 'beta') })).toContain('tags.$**_1');
  });

  test('R-UI-3 a cursor of one order is none of the other', async () => {
    const { rows } = await parts.core.devices.list({}, { first: 1 });
    const after = rows[0]?.cursor;
    expect(await refusal(parts.core.devices.list({}, { after }, true))).toEqual([{ code: 'INVALID_CURSOR', field: 'after' }]);
  });
});

describe('R-UI-3 R-BAT-22 lists of batches', () => {
  const at = (day: number) => new Date(Date.UTC(2026, 0, day));
  const idAt = (day: number) => mongo.ObjectId.createFromTime(at(day).getTime() / 1_000).toHexString();
  beforeEach(async () => {
    const made = (day: number, fields: object) => aBatch({ _id: idAt(day), createdAt: at(day), ...fields });
    await store.collections.batches.insertMany([
      made(1, { name: 'June (ring 1)', status: 'FINISHED' }),
      made(2, { name: 'june.2', status: 'RUNNING' }),
      made(3, { name: 'July', status: 'HALTED', productKey: 'meter' }),
      made(4, { name: 'June, gone', status: 'RUNNING', deletedAt: at(4) }),
    ]);
  });
  const batches = async (filter: BatchFilter, earliestFirst = false) => {
    const page = await parts.core.batches.list(filter, {}, earliestFirst);
    return [page.rows.map(({ node }) => node.createdAt.getUTCDate()), await totalOf(page)];
  };

  test.each<[string, BatchFilter, number[]]>([
    ['by none', {}, [3, 2, 1]],
    ['by several statuses', { statuses: ['RUNNING', 'HALTED'] }, [3, 2]],
    ['by an empty list of statuses', { statuses: [] }, [3, 2, 1]],
    ['by a status and several', { status: 'RUNNING', statuses: ['HALTED'] }, []],
    ['by product', { productKey: 'meter' }, [3]],
    ['by text, whatever its case', { text: 'JUNE' }, [2, 1]],
    ['by text that is no pattern', { text: '(ring' }, [1]],
    ['by text in which a dot is a dot', { text: 'e.2' }, [2]],
    ['by a first day', { createdFrom: at(2) }, [3, 2]],
    ['by days', { createdFrom: at(1), createdBefore: at(3) }, [2, 1]],
    ['by times that no batch can have', { createdFrom: new Date(-8.64e15), createdBefore: new Date(8.64e15) }, [3, 2, 1]],
  ])('R-UI-3 R-BAT-22 are filtered %s, and counted', async (_name, filter, days) => {
    expect(await batches(filter)).toEqual([days, days.length]);
    expect(await batches(filter, true)).toEqual([[...days].reverse(), days.length]);
  });

  test('R-UI-3 a stretch of time is a stretch of the index of the list', async () => {
    const { stages, queryPlanner } = (await store.collections.batches
      .find(batchQuery({ statuses: ['RUNNING', 'HALTED'], createdFrom: at(2) }))
      .sort({ _id: -1 })
      .explain('queryPlanner')) as { stages?: object; queryPlanner: object };
    const plan = JSON.stringify(stages ?? queryPlanner);
    expect(plan).toContain('SORT_MERGE');
    expect(plan).toContain(idAt(2).slice(0, 5));
  });
});

describe('R-UI-3 R-BAT-22 lists of tasks', () => {
  const tasks = async (filter: TaskFilter) => {
    const page = await parts.core.tasks.list(filter, {});
    return [page.rows.map(({ node }) => node.deviceName), await totalOf(page)];
  };
  beforeEach(async () => {
    const task = (deviceName: string, fields: object) =>
      aTask({ _id: `b.meter.${deviceName}`, batchId: 'b', productKey: 'meter', deviceName, deviceId: `meter.${deviceName}`, ...fields });
    await store.collections.batches.insertOne(aBatch({ _id: 'b', productKey: 'meter' }));
    await store.collections.tasks.insertMany([
      task('a-1', { status: 'FAILED', active: false, cause: 'LOW_BATTERY' }),
      task('a-2', { status: 'IN_PROGRESS', cause: 'LOW_BATTERY' }),
      task('b-1', { status: 'FAILED', active: false, cause: 'DOWNLOAD_FAILED' }),
      task('b-2', { status: 'QUEUED' }),
    ]);
  });

  test.each<[string, TaskFilter, string[]]>([
    ['by cause', { batchId: 'b', cause: 'LOW_BATTERY' }, ['a-1', 'a-2']],
    ['by cause and statuses', { batchId: 'b', cause: 'LOW_BATTERY', status: ['FAILED', 'CANCELED'] }, ['a-1']],
    ['by cause and name', { batchId: 'b', cause: 'DOWNLOAD_FAILED', deviceNamePrefix: 'b' }, ['b-1']],
    ['of a device by cause', { deviceId: 'meter.a-1', cause: 'LOW_BATTERY' }, ['a-1']],
    ['by statuses', { batchId: 'b', status: ['QUEUED', 'IN_PROGRESS'] }, ['a-2', 'b-2']],
  ])('R-UI-3 R-BAT-22 are filtered %s, and counted', async (_name, filter, names) => {
    expect(await tasks(filter)).toEqual([names, names.length]);
  });

  test('R-UI-3 a cause without a batch is refused; with one the index of causes is read in order', async () => {
    expect(await refusal(parts.core.tasks.list({ cause: 'LOW_BATTERY' }, {}))).toEqual([{ code: 'REQUIRED', field: 'filter.batchId' }]);
    const statuses = ['UNCONFIRMED', 'QUEUED', 'NOTIFIED', 'IN_PROGRESS', 'SUCCEEDED', 'FAILED', 'CANCELED'] as const;
    const { queryPlanner } = await store.collections.tasks
      .find({ batchId: 'b', cause: 'LOW_BATTERY', status: { $in: [...statuses] } })
      .sort({ _id: 1 })
      .hint('batchId_1_cause_1_status_1__id_1')
      .explain('queryPlanner');
    expect(JSON.stringify(queryPlanner.winningPlan)).toContain('SORT_MERGE');
  });

  test('R-UI-3 more than are counted are null, and so is what no index finds in time', async () => {
    const many = Array.from({ length: 10_001 }, (_, index) => ({
      _id: `p${index}`,
      name: 'p',
      dialect: 'LINK' as const,
      createdAt: new Date(),
    }));
    await store.collections.products.insertMany(many);
    const { products } = store.collections;
    const all = await pageOf(products, {}, { _id: 1 }, { first: 1 }, { pageSize: 10 });
    expect(await all.total?.()).toBeNull();
    expect(await (await pageOf(products, { _id: { $ne: 'p1' } }, { _id: 1 }, { first: 1 }, { pageSize: 10 })).total?.()).toBeNull();
    const named = await pageOf(products, { _id: { $gte: 'p1', $lt: 'p2' } }, { _id: 1 }, { first: 1 }, { pageSize: 10 });
    expect(await totalOf(named)).toBe(1_112);
    const slow = { $expr: { $function: { body: 'function() { sleep(50); return true; }', args: [], lang: 'js' } } };
    expect(await (await pageOf(products, slow as never, { _id: 1 }, { first: 1 }, { pageSize: 10 })).total?.()).toBeNull();
  });
});
