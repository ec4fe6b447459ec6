import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { get } from 'node:http';
import { emptyTaskCounts } from '../../schema/model/batch/live-counts';
import { aPackage, aTask } from '../support/builders';
import { administrator } from '../support/core-parts';
import { startTestApi, type TestApi } from './support/test-api';

let api: TestApi;
let batchId: string;
const at = new Date('2026-01-01T00:00:00Z');
beforeAll(async () => {
  api = await startTestApi();
  await api.core.products.create(administrator, { key: 'meter', name: 'Water meter' });
  await api.core.devices.register(administrator, 'meter', [{ deviceName: 'north-1' }]);
  await api.store.collections.packages.insertOne(aPackage({ productKey: 'meter' }));
  const policy = { rate: { kind: 'constant', perMinute: 600 }, retry: null, timeoutMinutes: null } as const;
  batchId = (await api.core.batches.createStatic(administrator, { packageId: 'package1', scope: { kind: 'all' }, policy }))._id;
  const task = (deviceName: string, fields = {}) => aTask({ batchId, productKey: 'meter', deviceName, ...fields });
  await api.store.collections.tasks.insertMany([
    task('north-1', {
      status: 'FAILED',
      cause: 'DOWNLOAD_FAILED',
      causeText: '=HYPERLINK("http://evil")',
      progress: 40,
      attempt: 2,
      endedAt: at,
    }),
    task('north-2', {
      ...{ status: 'SUCCEEDED', progress: 91, attempt: 2, notifiedAt: at, endedAt: at },
      transitions: [
        { at, attempt: 1, from: 'IN_PROGRESS', to: 'IN_PROGRESS', cause: 'DOWNLOAD_FAILED', text: 'cut' },
        { at, attempt: 2, from: 'IN_PROGRESS', to: 'IN_PROGRESS', cause: null, text: null },
        // As an older version has written it.
        { at, from: 'IN_PROGRESS', to: 'SUCCEEDED', cause: null, text: null },
      ],
    }),
    task('north.*', { status: 'QUEUED' }),
    task('south-1', { status: 'FAILED', cause: 'DEVICE_UPGRADE_TIMEOUT', causeText: 'said "no", then\nleft' }),
    aTask({ batchId: `${batchId}0`, productKey: 'meter', deviceName: 'north-9' }),
  ]);
});
afterAll(() => api.stop());

const csv = (id = batchId, key: string | null = api.keys.viewer) =>
  fetch(`${api.url}/batches/${id}/tasks.csv`, key === null ? {} : { headers: { authorization: `Bearer ${key}` } });
const listed = async (filter: object) => {
  const { data, errors } = await api.ask('query ($filter: TaskFilterInput) { tasks(filter: $filter) { edges { node { deviceName } } } }', {
    filter,
  });
  const { edges } = (data?.tasks ?? { edges: [] }) as { edges: { node: { deviceName: string } }[] };
  return errors ? errors.map(({ extensions }) => [extensions.code, extensions.field]) : edges.map(({ node }) => node.deviceName);
};

test('R-UI-3 R-BAT-22 failures by cause come with what to do, and marks with what happened', async () => {
  const { data, errors } = await api.ask(
    `query ($id: ID!) { batch(id: $id) {
      counts { failed } failuresByCause { failed failing cause { code recommendation } } marks { at kind by reason fields } } }`,
    { id: batchId },
    api.keys.viewer,
  );
  expect(errors).toBeUndefined();
  expect(data.batch).toEqual({
    counts: { failed: 2 },
    failuresByCause: ['DEVICE_UPGRADE_TIMEOUT', 'DOWNLOAD_FAILED'].map((code) => ({
      ...{ failed: 1, failing: 0 },
      cause: { code, recommendation: expect.stringMatching(/\w/) },
    })),
    marks: [],
  });
});

describe('R-BAT-22 the results of a batch', () => {
  test('R-BAT-22 a batch gives its own tasks by every condition that the list of all tasks knows', async () => {
    const own = async (filter: object) => {
      const query =
        'query ($id: ID!, $filter: TaskFilterInput) { batch(id: $id) { tasks(filter: $filter) { edges { node { deviceName } } } } }';
      const { data } = await api.ask(query, { id: batchId, filter }, api.keys.viewer);
      return (data.batch as { tasks: { edges: { node: { deviceName: string } }[] } }).tasks.edges.map(({ node }) => node.deviceName);
    };
    expect(await own({ deviceNamePrefix: 'north-', statuses: ['FAILED'] })).toEqual(['north-1']);
    expect(await own({ module: 'radio' })).toEqual([]);
    expect(await own({ deviceId: 'meter.south-1' })).toEqual(['south-1']);
  });

  test('R-BAT-22 are listed by status and searched by the beginning of a device name', async () => {
    expect(await listed({ batchId, statuses: ['FAILED'] })).toEqual(['north-1', 'south-1']);
    expect(await listed({ batchId, statuses: ['FAILED', 'SUCCEEDED'] })).toEqual(['north-1', 'north-2', 'south-1']);
    expect(await listed({ batchId, deviceNamePrefix: 'north' })).toEqual(['north-1', 'north-2', 'north.*']);
    expect(await listed({ batchId, deviceNamePrefix: 'north', statuses: ['FAILED'] })).toEqual(['north-1']);
    expect(await listed({ batchId, deviceNamePrefix: 'north.*' })).toEqual(['north.*']);
    expect(await listed({ batchId, deviceNamePrefix: 'orth' })).toEqual([]);
    expect(await listed({ deviceNamePrefix: 'north' })).toEqual([['REQUIRED', 'filter.batchId']]);
  });

  test('R-TASK-6 show each attempt with its begin, its end and its cause, and success as 100 %', async () => {
    const { data } = await api.ask(
      'query ($filter: TaskFilterInput) { tasks(filter: $filter) { edges { node { progress transitions { attempt from to text cause { code } } } } } }',
      { filter: { batchId, statuses: ['SUCCEEDED'] } },
    );
    const { edges } = (data?.tasks ?? { edges: [] }) as { edges: { node: object }[] };
    const step = { from: 'IN_PROGRESS', to: 'IN_PROGRESS', text: null, cause: null };
    expect(edges.map(({ node }) => node)).toEqual([
      {
        progress: 100,
        transitions: [
          { ...step, attempt: 1, text: 'cut', cause: { code: 'DOWNLOAD_FAILED' } },
          { ...step, attempt: 2 },
          { ...step, attempt: null, to: 'SUCCEEDED' },
        ],
      },
    ]);
  });

  test('R-BAT-22 are exported as CSV, one row a task; no cell is a formula', async () => {
    const answer = await csv();
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="tasks-${batchId}.csv"`);
    const text = await answer.text();
    const made = '2026-01-01T00:00:00.000Z';
    expect(text.split('\r\n')).toEqual([
      'product,device,module,source_version,target_version,status,attempt,progress,cause,cause_text,created_at,notified_at,first_progress_at,updated_at,ended_at,outcome',
      `meter,north-1,default,1.0.0,2.0.0,FAILED,2,40,DOWNLOAD_FAILED,"'=HYPERLINK(""http://evil"")",${made},,,${made},${made},`,
      `meter,north-2,default,1.0.0,2.0.0,SUCCEEDED,2,100,,,${made},${made},,${made},${made},`,
      `meter,north.*,default,1.0.0,2.0.0,QUEUED,1,,,,${made},,,${made},,`,
      `meter,south-1,default,1.0.0,2.0.0,FAILED,1,,DEVICE_UPGRADE_TIMEOUT,"said ""no"", then\nleft",${made},,,${made},,`,
      '',
    ]);
  });

  test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1'])('R-BAT-22 a cell that begins like %j is made harmless', async (causeText) => {
    await api.store.collections.tasks.updateOne({ batchId, deviceName: 'south-1' }, { $set: { causeText } });
    expect(await (await csv()).text()).toContain(`'${causeText}`);
  });

  test('R-BAT-22 are for whoever may read: no key, the key of an app, a batch that is none', async () => {
    const { key } = await api.core.access.createKey(administrator, { name: 'app', role: 'APP', deviceIds: ['meter.north-1'] });
    expect((await csv(batchId, null)).status).toBe(401);
    expect((await csv(batchId, key)).status).toBe(403);
    const unknown = await csv('none');
    expect([unknown.status, await unknown.json()]).toMatchObject([404, { errors: [{ code: 'BATCH_UNKNOWN' }] }]);
  });

  test('R-BAT-22 are read no faster than the client takes them, and not on when it goes', async () => {
    let given = 0;
    let closed = false;
    const endless = (async function* () {
      try {
        for (;;) {
          given += 1;
          yield aTask({ deviceName: `dev-${given}`, causeText: 'x'.repeat(1_000) });
        }
      } finally {
        closed = true;
      }
    })();
    const slow = await startTestApi({ replace: (core) => ({ ...core, tasks: { ...core.tasks, export: async () => endless } }) });
    const request = get(`${slow.url}/batches/any/tasks.csv`, { headers: { authorization: `Bearer ${slow.keys.viewer}` } });
    const [answer] = (await once(request, 'response')) as [IncomingMessage];
    answer.pause();
    // Everything between the two is full once no row has been asked for over many turns.
    for (let before = -1; before !== given; ) {
      before = given;
      await slow.ask('{ viewer { name } }');
      await slow.ask('{ viewer { name } }');
    }
    expect(given).toBeLessThan(50_000);
    answer.destroy();
    while (!closed) await slow.ask('{ viewer { name } }');
    expect(slow.logged).toEqual([]);
    await slow.stop();
  });

  test('R-BAT-22 of a batch whose tasks were removed say so: counts as they were, an empty list, and no file', async () => {
    const query = `{ batch(id: "${batchId}") { tasksRemovedAt counts { total failed } tasks { edges { cursor } } } }`;
    const ask = async () => (await api.ask(query)).data?.batch;
    const kept = { ...emptyTaskCounts(), FAILED: 3 };
    expect(await ask()).toMatchObject({ tasksRemovedAt: null });
    await api.store.collections.batches.updateOne({ _id: batchId }, { $set: { removedTasks: { at, counts: kept, reached: 0 } } });
    await api.store.collections.tasks.deleteMany({ batchId });
    expect(await ask()).toEqual({ tasksRemovedAt: at.toISOString(), counts: { total: 3, failed: 3 }, tasks: { edges: [] } });
    const answer = await csv();
    expect([answer.status, await answer.json()]).toMatchObject([409, { errors: [{ code: 'BATCH_STATE', field: 'batchId' }] }]);
  });
});
