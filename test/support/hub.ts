import type { CoreParts } from '../../core/core-parts';
import type { Device } from '../../schema/model/device/device';
import type { DeviceId } from '../../schema/model/ids';
import type { Task } from '../../schema/model/task/task';
import type { Store } from '../../schema/mongo/connect';
import { handClock, operator } from './core-parts';
import { meters, named } from './meters';
import { quietEngine } from './quiet-engine';

export const HUB = 'meter.hub-1';
export const ids = (...names: string[]): DeviceId[] => names.map((name) => `meter.${name}`);

/** Core over a store with two devices that may be parents, `hub-1` and `hub-2`, of at most three children, and `dev-a` to `dev-d`. */
export interface Hub {
  parts: CoreParts;
  clock: ReturnType<typeof handClock>;
  /** Batches that were woken. */
  woken: string[];
  /** What the engine was told of upgrades: `progress`, `failed UNEXPECTED_VERSION_REPORTED`. */
  reported: string[];
  bind(parentId: DeviceId | null, ...names: string[]): Promise<Device[]>;
  device(name: string): Promise<Device>;
  /** The gateway process of each; null for one that is off-line. */
  gatewayIds(...names: string[]): Promise<(string | null | undefined)[]>;
  childrenOf(parentId: DeviceId): Promise<string[]>;
  /** Of `batch1`. */
  taskOf(name: string): Promise<Task>;
}

export async function startHub(store: Store): Promise<Hub> {
  const clock = handClock();
  const woken: string[] = [];
  const reported: string[] = [];
  const engine = quietEngine({
    wakeBatch: (batchId) => void woken.push(batchId),
    report: async (_input, report) => void reported.push('cause' in report ? `${report.kind} ${report.cause}` : report.kind),
  });
  const devices = named(['hub-1', 'hub-2', 'dev-a', 'dev-b', 'dev-c', 'dev-d']);
  const parts = await meters({ store, engine, clock, limits: { gatewayChildren: 3 } }, devices);
  const { core } = parts;
  return {
    ...{ parts, clock, woken, reported },
    bind: (parentId, ...names) => core.devices.setParent(operator, ids(...names), parentId),
    device: async (name) => present(await core.devices.get(`meter.${name}`)),
    gatewayIds: async (...names) => (await core.devices.getMany(ids(...names))).map((each) => (each?.online ? each.gatewayId : null)),
    childrenOf: async (parentId) => (await core.devices.list({ parentId }, {})).rows.map(({ node }) => node.deviceName),
    taskOf: async (name) => present(await core.tasks.get(`batch1.meter.${name}`)),
  };
}

function present<T>(found: T | null): T {
  if (found === null) throw new Error('It is not there.');
  return found;
}
