import type { mongo } from 'mongoose';
import { type Connection, createConnection } from 'mongoose';
import { createLwm2mUpgrades } from '../../core/reports/lwm2m/service';
import { createTaskStore } from '../../core/tasks/mongo-store';
import type { Task } from '../../schema/model/task/task';
import { faultyCore } from '../support/faulty-core';
import { anLwm2mTask } from '../support/lwm2m-world';
import { useStore } from '../support/store';

const AT = new Date('2026-01-01T00:00:00Z');
const MINUTE = 60_000;
const DEVICES = 500;
const at = (minutes: number): Date => new Date(AT.getTime() + minutes * MINUTE);

const store = useStore();
const commands: { name: string; command: mongo.Document }[] = [];
let watched: Connection;

beforeAll(async () => {
  const uri = process.env.UPDRAFT_TEST_MONGODB_URI ?? '';
  watched = await createConnection(uri, { dbName: store.connection.name, monitorCommands: true }).asPromise();
  watched.getClient().on('commandStarted', ({ commandName, command }) => commands.push({ name: commandName, command }));
});
beforeEach(() => {
  commands.length = 0;
});
afterAll(() => watched.close());

const tasks = () => createTaskStore(watched.collection<Task>('tasks') as unknown as mongo.Collection<Task>);
const ofDevice = (n: number, fields: Partial<Task> = {}): Task =>
  anLwm2mTask({ _id: `batch1.prodA.meter-${n}`, deviceId: `prodA.meter-${n}`, deviceName: `meter-${n}`, ...fields });
const insert = (some: Task[]) => store.collections.tasks.insertMany(some);

/** Documents that the last command of the name looked at. */
async function examined(): Promise<number> {
  const command: mongo.Document = commands.find(({ name }) => name === 'find')?.command ?? {};
  const { find, filter, sort, limit } = command;
  const plan = await watched.db?.command({
    explain: { find, filter, ...(sort && { sort }), ...(limit && { limit }) },
    verbosity: 'executionStats',
  });
  return plan?.executionStats.totalDocsExamined;
}

test('R-FLOW-3 500 devices that are heard at once cost one read, and no write, where nothing is due', async () => {
  const old = { active: false, status: 'SUCCEEDED' as const };
  await insert(Array.from({ length: DEVICES }, (_, n) => ofDevice(n, old)));
  await insert([ofDevice(DEVICES, { status: 'UNCONFIRMED' })]);
  const upgrades = createLwm2mUpgrades({
    ...faultyCore([]),
    tasks: tasks(),
    pushRate: async () => null,
    reportVersion: async () => null,
    tokens: { issue: () => Promise.reject(new Error('Nothing is to be delivered.')) },
    shortUrls: { schemes: [], mint: () => Promise.reject(new Error('Nothing is to be delivered.')) },
  });
  const asks = await Promise.all(Array.from({ length: DEVICES }, (_, n) => upgrades.begin(`prodA.meter-${n + 1}`, 'HEARD')));
  expect(asks.every((ask) => ask === null)).toBe(true);
  expect(commands.map(({ name }) => name)).toEqual(['find']);
  expect(await examined()).toBe(1);
});

test('R-FLOW-3 what a device has left of an ended task is found with what it is to do', async () => {
  const ended = { active: false, status: 'CANCELED' as const, endedAt: AT };
  await insert([
    ofDevice(1, { ...ended, _id: 'batch1.prodA.meter-1', look: { gatewayId: 'gw-1', at: AT } }),
    ofDevice(1, { _id: 'batch2.prodA.meter-1', batchId: 'batch2' }),
    ...Array.from({ length: 20 }, (_, n) => ofDevice(1, { ...ended, _id: `old${n}.prodA.meter-1`, batchId: `old${n}` })),
  ]);
  const found = await tasks().concerning(['prodA.meter-1', 'prodA.meter-2']);
  expect(found.map(({ batchId }) => batchId).sort()).toEqual(['batch1', 'batch2']);
  expect(await examined()).toBe(2);
});

test('R-FLOW-3 a gateway finds the devices that are due at it, the longest first', async () => {
  await insert([
    ofDevice(1, { look: { gatewayId: 'gw-1', at: at(2) } }),
    ofDevice(2, { look: { gatewayId: 'gw-1', at: at(1) } }),
    ofDevice(3, { look: { gatewayId: 'gw-1', at: at(9) } }),
    ofDevice(4, { look: { gatewayId: 'gw-2', at: at(1) } }),
    ofDevice(5, { look: { gatewayId: null, at: at(1) } }),
    ofDevice(6),
  ]);
  expect(await tasks().dueLooks('gw-1', at(5), 10)).toEqual(['prodA.meter-2', 'prodA.meter-1']);
  expect(await examined()).toBe(2);
  expect(await tasks().dueLooks('gw-1', at(5), 1)).toEqual(['prodA.meter-2']);
});

test('R-TASK-10 waits of documents are found also of devices that are there', async () => {
  await insert([
    ofDevice(1, { reachable: true, onlineBy: at(1), waitBy: at(3) }),
    ofDevice(2, { reachable: false, onlineBy: at(4), waitBy: null }),
    ofDevice(3, { reachable: false, onlineBy: at(2), waitBy: at(2) }),
    ofDevice(4, { reachable: true, onlineBy: at(1) }),
  ]);
  expect(await tasks().nextWaitEnd('batch1')).toEqual(at(2));
  const overdue = await tasks().overdueWaits('batch1', at(3), 10);
  expect(overdue.map(({ deviceName }) => deviceName)).toEqual(['meter-3', 'meter-1']);
  expect(await tasks().nextWaitEnd('batch2')).toBeNull();
});
