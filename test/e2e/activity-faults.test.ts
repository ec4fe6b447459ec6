import type { BatchPolicy } from '../../schema/model/batch/batch';
import { deviceIdOf } from '../../schema/model/ids';
import type { TaskStatus } from '../../schema/model/task/task';
import { type Behaviour, failsWith, neverAnswers, offlineUntil, silent, stallsAt } from '../support/devices/behaviours';
import type { Fleet } from '../support/devices/fleet';
import { slowness } from '../support/devices/patience';
import { ACTIVITY_NAMES, type ActivityName, createFaults, type Fault, type FaultKind } from '../support/faults';
import { ADMIN, startUpdraft, type Updraft } from '../support/updraft';

/** A small batch that makes the activity happen, and how its device ends without a fault. */
interface Scenario {
  dialect?: 'IOTDA';
  behaviours?: Behaviour[];
  policy?: Partial<BatchPolicy>;
  /** A dynamic batch, whose policy is canceled once its task has ended. */
  dynamic?: boolean;
  /** Before the batch is created. */
  prepare?(world: World): Promise<void>;
  /** While it runs. */
  meanwhile?(world: World & { batchId: string; fault: Fault }): Promise<void>;
  ends?: TaskStatus;
  /** The statuses the task goes through, each entered once. */
  path?: TaskStatus[];
  notifications?: number;
}

interface World {
  updraft: Updraft;
  deviceName: string;
  fleet: Fleet;
}

const PLAIN: Scenario = {};
const UPGRADED: TaskStatus[] = ['NOTIFIED', 'IN_PROGRESS', 'SUCCEEDED'];

const faults = createFaults();
const deviceOf = ({ updraft, deviceName }: World) => deviceIdOf(updraft.productKey, deviceName);
const cancel = ({ updraft, batchId }: World & { batchId: string }) => updraft.core.batches.cancel(ADMIN, batchId);

const SCENARIOS: Record<ActivityName, Scenario> = {
  selectTargets: PLAIN,
  countReached: {
    policy: { rate: { kind: 'variable', base: 600, factor: 2, maximum: 10_000, threshold: { of: 'notified', count: 1 } } },
  },
  haltIfFailing: { policy: { halt: { failedCount: 1, minimumJudged: 1 } } },
  // Asked before a pause where a threshold may have halted the batch.
  isHalted: {
    behaviours: [silent()],
    policy: { halt: { failedCount: 1, minimumJudged: 1 } },
    async meanwhile(world) {
      await reached(world, 'NOTIFIED');
      await world.updraft.core.batches.pause(ADMIN, world.batchId);
      await cancel(world);
    },
    ends: 'CANCELED',
    path: ['NOTIFIED', 'CANCELED'],
  },
  findDueTasks: PLAIN,
  // Its batch goes on beside it, and would end with its task before the engine comes to do it once more.
  offerTasks: {
    behaviours: [stallsAt(30)],
    async meanwhile({ fault, ...world }) {
      await world.updraft.until(async () => fault.recovered > 0);
      await reached(world, 'IN_PROGRESS');
      await cancel(world);
    },
    ends: 'CANCELED',
    path: ['NOTIFIED', 'IN_PROGRESS', 'CANCELED'],
  },
  setBatchStatus: PLAIN,
  explainBatch: {
    prepare: async () => {
      faults.arm('offerTasks', 'fails', 2);
    },
  },
  cancelBatchTasks: {
    behaviours: [silent()],
    async meanwhile(world) {
      await reached(world, 'NOTIFIED');
      await cancel(world);
    },
    ends: 'CANCELED',
    path: ['NOTIFIED', 'CANCELED'],
  },
  cancelSomeTasks: {
    behaviours: [silent()],
    async meanwhile({ updraft, batchId, ...world }) {
      await reached({ updraft, batchId, ...world }, 'NOTIFIED');
      await updraft.core.batches.cancel(ADMIN, batchId, ['NOTIFIED']);
    },
    ends: 'CANCELED',
    path: ['NOTIFIED', 'CANCELED'],
  },
  // The store learned too late that the device is on-line, and no event says so any more.
  reconcileBatch: {
    prepare: ({ updraft, ...world }) => setPresence({ updraft, ...world }, { online: false, gatewayId: null }),
    async meanwhile(world) {
      await world.updraft.until(async () => (await world.updraft.core.batches.get(world.batchId))?.selection);
      await setPresence(world, { online: true, gatewayId: world.updraft.config.gatewayId });
    },
  },
  // Its tasks have ended, and its policy has not.
  endMatching: { dynamic: true },
  // A device reported before this process knew of the batch.
  scanMatches: {
    dynamic: true,
    prepare: async ({ updraft, ...world }) => {
      await updraft.store.collections.devices.updateOne({ _id: deviceOf({ updraft, ...world }) }, { $set: { enabled: false } });
    },
    meanwhile: async ({ updraft, ...world }) => {
      await updraft.until(async () => (await updraft.core.batches.get(world.batchId))?.selection);
      await updraft.store.collections.devices.updateOne({ _id: deviceOf({ updraft, ...world }) }, { $set: { enabled: true } });
    },
  },
  // The store believes that the device is connected here: nobody could be asked.
  findUnasked: {
    dialect: 'IOTDA',
    behaviours: [offlineUntil('told')],
    prepare: (world) => setPresence(world, { online: true, gatewayId: world.updraft.config.gatewayId }),
    async meanwhile({ updraft, fleet, fault }) {
      await updraft.until(async () => fault.recovered > 0);
      await fleet.comeOnline();
    },
  },
  // The store believes in a gateway that ended without a word.
  gatewayLost: {
    behaviours: [offlineUntil('told')],
    prepare: (world) => setPresence(world, { online: true, gatewayId: `gone-${world.deviceName}` }),
    async meanwhile({ updraft, fleet, deviceName, fault }) {
      const device = deviceOf({ updraft, fleet, deviceName });
      await updraft.until(async () => (await updraft.core.devices.get(device))?.online === false);
      // As above.
      await updraft.until(async () => fault.recovered > 0);
      await fleet.comeOnline();
    },
  },
  // A device that never answers: its wait is over after as many minutes as the settings below say.
  checkWait: { dialect: 'IOTDA', behaviours: [neverAnswers()], ends: 'FAILED', path: ['FAILED'], notifications: 0 },
  failAttempt: {
    behaviours: [failsWith(-2, { times: 1 })],
    policy: { retry: { intervalMinutes: 10, maxRetries: 1 } },
    // The end of the first attempt and the begin of the second are lines of their own.
    path: ['NOTIFIED', 'IN_PROGRESS', 'IN_PROGRESS', 'IN_PROGRESS', 'SUCCEEDED'],
    notifications: 2,
  },
  timeOut: {
    behaviours: [stallsAt(30)],
    policy: { timeoutMinutes: 5 },
    ends: 'FAILED',
    path: ['NOTIFIED', 'IN_PROGRESS', 'FAILED'],
  },
  // A silent upgrade looks into the store by itself.
  readUpgrade: {
    behaviours: [stallsAt(30)],
    async meanwhile({ fault, ...world }) {
      await world.updraft.until(async () => fault.recovered > 0);
      await cancel(world);
    },
    ends: 'CANCELED',
    path: ['NOTIFIED', 'IN_PROGRESS', 'CANCELED'],
  },
};

async function reached({ updraft, batchId, ...world }: World & { batchId: string }, status: TaskStatus): Promise<void> {
  await updraft.until(async () => (await updraft.core.tasks.get(`${batchId}.${deviceOf({ updraft, ...world })}`))?.status === status);
}

async function setPresence(world: World, presence: { online: boolean; gatewayId: string | null }): Promise<void> {
  await world.updraft.store.collections.devices.updateOne({ _id: deviceOf(world) }, { $set: presence });
}

describe('every activity may fail, and may run twice', () => {
  let updraft: Updraft;
  beforeAll(async () => {
    // A hundred milliseconds are a policy's minute; nothing is pushed again by the clock alone, and no gateway mends what a scenario makes wrong.
    const settings = {
      UPDRAFT_MINUTE_MS: '100',
      UPDRAFT_REOFFER_MINUTES: '1440',
      // One scenario waits for its end, and in another one a device answers in time.
      UPDRAFT_IOTDA_VERSION_MINUTES: `${Math.round(60 * slowness())}`,
      UPDRAFT_MQTT_SESSION_CHECK_MS: '3600000',
    };
    updraft = await startUpdraft(settings, { decorateActivities: faults.decorate });
  });
  afterAll(() => updraft.stop());
  afterEach(() => faults.disarm());

  test('there is a scenario for every activity', () => {
    expect(Object.keys(SCENARIOS).sort()).toEqual([...ACTIVITY_NAMES].sort());
  });

  const everyOne = ACTIVITY_NAMES.flatMap((name) => (['fails', 'repeats'] as FaultKind[]).map((kind) => ({ name, kind })));

  test.each(everyOne)('$name $kind once: the task ends as it would without', async ({ name, kind }) => {
    const {
      dialect = 'LINK',
      behaviours = [],
      policy,
      dynamic = false,
      prepare,
      meanwhile,
      ends = 'SUCCEEDED',
      path = UPGRADED,
      notifications = 1,
    } = SCENARIOS[name];
    const deviceName = `${name}-${kind}`;
    const fleet = await updraft.fleet([{ deviceName, dialect, behaviours }]);
    const world = { updraft, deviceName, fleet };
    // A Link device reports its version after each connect, and may do so late: then it has gone through all of that before the batch.
    const isThere = async () => {
      const device = await updraft.core.devices.get(deviceOf(world));
      return device?.online && (dialect === 'IOTDA' || device.modules.default);
    };
    if (behaviours[0]?.kind !== 'offlineUntil') await updraft.until(isThere);
    const firmware = await updraft.package(`2.${everyOne.findIndex((one) => one.name === name && one.kind === kind)}.0`);
    await prepare?.(world);
    const fault = faults.arm(name, kind);

    const scope = { kind: 'targeted' as const, deviceNames: [deviceName] };
    const batch = await (dynamic ? updraft.pushDynamic(firmware, policy, { scope }) : updraft.push(firmware, policy, { scope }));
    await meanwhile?.({ ...world, batchId: batch._id, fault });
    if (dynamic) {
      await updraft.until(async () => (await updraft.task(batch, deviceName)).endedAt);
      await updraft.core.batches.cancelPolicy(ADMIN, batch._id);
    }
    expect(await updraft.settled(batch)).toEqual({ [deviceName]: ends });

    await updraft.until(async () => fault.recovered > 0);
    expect(fault.left).toBe(0);
    const task = await updraft.task(batch, deviceName);
    expect(task.transitions.map(({ to }) => to)).toEqual(path);
    expect(fleet.stats().notifications).toBe(notifications);
    await fleet.stop();
  });
});
