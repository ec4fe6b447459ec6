import type { Task } from '../../schema/model/task/task';
import { aRegistration } from '../support/builders';
import { operator } from '../support/core-parts';
import { anAcceptedTask, anLwm2mTask } from '../support/lwm2m-tasks';
import { startTestApi, type TestApi } from './support/test-api';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  await api.core.products.create(operator, { key: 'cells', name: 'Cells', dialect: 'LWM2M' });
  await api.core.devices.register(operator, 'cells', [{ deviceName: 'cell-1' }, { deviceName: 'cell-2' }]);
});
afterAll(() => api.stop());
beforeEach(() => api.store.collections.tasks.deleteMany({}));

const of = (deviceName: string) => ({ productKey: 'cells', deviceName });
const insert = async (task: Task): Promise<Task> => {
  await api.store.collections.tasks.insertOne(task);
  return task;
};
const FIELDS = 'waitingFor waitsUntil lwm2m { step since state result delivery scheme cell level waitingSince }';
const shown = async ({ _id }: Task) => (await api.ask(`query ($id: ID!) { task(id: $id) { ${FIELDS} } }`, { id: _id })).data.task;

test('R-FLOW-3 R-UI-1 a task shows how the upgrade of its LwM2M device stands, and until when its step may last', async () => {
  const since = new Date();
  const upgrade = { state: 1, result: 0, delivery: 'PULL', scheme: 'coaps', cell: '262-1-1', level: '0', waitingSince: null } as const;
  const task = await insert(anAcceptedTask('DOWNLOAD', since, { ...of('cell-1'), lwm2m: upgrade }));
  expect(await shown(task)).toEqual({
    waitingFor: 'DOWNLOAD',
    waitsUntil: new Date(since.getTime() + 3_600_000).toISOString(),
    lwm2m: { ...upgrade, step: 'DOWNLOAD', since: since.toISOString(), scheme: 'COAPS', level: 'LEVEL_0' },
  });
});

test('R-FLOW-3 one that was not asked yet shows no upgrade, and whether it is off-line or asleep', async () => {
  const onlineBy = new Date(Date.now() + 3_600_000);
  const [gone, asleep] = await Promise.all(
    ['cell-1', 'cell-2'].map((name) => insert(anLwm2mTask({ ...of(name), reachable: false, onlineBy }))),
  );
  await api.store.collections.registrations.insertOne(
    aRegistration({
      _id: 'cells.cell-2',
      queueMode: true,
      online: false,
      expiresAt: new Date(Date.now() + 3_600_000),
      reachableUntil: new Date(Date.now() - 1_000),
    }),
  );
  const common = { waitsUntil: onlineBy.toISOString(), lwm2m: null };
  expect(await shown(gone as Task)).toEqual({ ...common, waitingFor: 'DEVICE_OFFLINE' });
  expect(await shown(asleep as Task)).toEqual({ ...common, waitingFor: 'DEVICE_ASLEEP' });
});

test('R-FLOW-3 R-UI-1 a step is live', async () => {
  const task = await insert(anAcceptedTask('START', new Date(), of('cell-1')));
  const events = api.socket().iterate<{ taskChanges: { task: { lwm2m: { step: string }; waitingFor: string } } }>({
    query: `subscription ($filter: TaskFilterInput) { taskChanges(filter: $filter) { ... on TaskChange { task { id ${FIELDS} } } } }`,
    variables: { filter: { deviceId: task.deviceId } },
  });
  const first = events.next();
  let isHere = false;
  void first.then(() => {
    isHere = true;
  });
  // The server is listening once something has come.
  while (!isHere) {
    await api.store.collections.tasks.updateOne({ _id: task._id }, { $set: { 'lwm2m.step': 'RESULT' }, $inc: { revision: 1 } });
  }
  expect((await first).value?.data?.taskChanges.task).toMatchObject({ lwm2m: { step: 'RESULT' }, waitingFor: 'INSTALL_RESULT' });
  await events.return?.();
});
