import type { Batch } from '../../../schema/model/batch/batch';
import { type DeviceFact, decideMatch, listsAsked } from '../../../schema/model/batch/dynamic-match';
import { reportedOf } from '../../../schema/model/device/device-modules';
import { type BatchId, type DeviceId, productKeyOf } from '../../../schema/model/ids';
import { dialectOf } from '../../../schema/model/protocol/dialect';
import type { Collections } from '../../../schema/mongo/connect';
import { MATCHED_FIELDS, type MatchedDevice } from '../../devices/report-version';
import { inChunks } from '../../in-chunks';
import type { LiveDynamic } from './live';
import { type TakeDeps, takeDevices } from './take';

export interface MatchDeps extends TakeDeps {
  live: LiveDynamic;
}

const CHUNK = 500;

interface Narrowed {
  only?: BatchId;
  /** What this batch would take it has. */
  busyWith?: BatchId | null;
}

export interface Matching {
  /** A device has reported a version of the module; `busyWith` is the batch that it had an unfinished task of. */
  reported(device: MatchedDevice, module: string, busyWith: BatchId | null): Promise<void>;
  /** Something else about devices has changed: their region, the groups they are in, or a task of theirs has ended. */
  changed(deviceIds: readonly DeviceId[]): Promise<void>;
  /** Of some devices that may be for one batch. */
  ofBatch(batch: Batch, devices: readonly MatchedDevice[]): Promise<void>;
}

/** R-BAT-1, R-BAT-9: brings devices to the dynamic batch that takes them. May be repeated, at any time. */
export function createMatching(deps: MatchDeps): Matching {
  const { collections, live } = deps;

  async function match(rules: readonly Batch[], devices: readonly MatchedDevice[], { only, busyWith }: Narrowed = {}): Promise<void> {
    const taken = new Map<Batch, MatchedDevice[]>();
    for (const module of new Set(rules.map((rule) => rule.module))) {
      const ofModule = rules.filter((rule) => rule.module === module);
      const facts = await factsOf(collections, ofModule, module, devices);
      for (const [device, fact] of facts) {
        const batch = decideMatch(ofModule, fact).taken;
        if (batch === null || batch._id === busyWith || (only !== undefined && batch._id !== only)) continue;
        const chosen = taken.get(batch);
        if (chosen) chosen.push(device);
        else taken.set(batch, [device]);
      }
    }
    for (const [batch, chosen] of taken) await takeDevices(deps, batch, chosen);
  }

  return {
    async reported(device, module, busyWith) {
      const rules = (await live.of(device.productKey)).filter((rule) => rule.module === module);
      if (rules.length > 0) await match(rules, [device], { busyWith });
    },
    async changed(deviceIds) {
      for await (const some of inChunks(deviceIds, CHUNK)) {
        for (const [productKey, ids] of byProduct(some)) {
          const rules = await live.of(productKey);
          if (rules.length > 0) await match(rules, await devicesOf(collections, ids));
        }
      }
    },
    async ofBatch(batch, devices) {
      const rules = (await live.of(batch.productKey)).filter(({ module }) => module === batch.module);
      await match(rules, devices, { only: batch._id });
    },
  };
}

const devicesOf = ({ devices }: Collections, ids: readonly DeviceId[]): Promise<MatchedDevice[]> =>
  devices.find({ _id: { $in: [...ids] } }, { projection: MATCHED_FIELDS }).toArray();

function byProduct(deviceIds: readonly DeviceId[]): Map<string, DeviceId[]> {
  const products = new Map<string, DeviceId[]>();
  for (const id of deviceIds) {
    const productKey = productKeyOf(id);
    const ofProduct = products.get(productKey);
    if (ofProduct) ofProduct.push(id);
    else products.set(productKey, [id]);
  }
  return products;
}

type Facts = [MatchedDevice, DeviceFact][];

/** Lists are asked only about devices that nothing else keeps from their batches. */
async function factsOf({ deviceListRows }: Collections, rules: readonly Batch[], module: string, devices: readonly MatchedDevice[]) {
  const facts: Facts = devices.filter(({ enabled }) => enabled).map((device) => [device, factOf(device, module, new Set())]);
  const asked = facts.flatMap(([device, fact]) => listsAsked(rules, fact).map((listId) => `${listId}.${device.deviceName}`));
  if (asked.length === 0) return facts;
  const found = new Set((await deviceListRows.find({ _id: { $in: asked } }, { projection: { _id: 1 } }).toArray()).map(({ _id }) => _id));
  const lists = rules.flatMap(({ scope }) => (scope.kind === 'list' ? [scope.listId] : []));
  return facts.map(([device]): Facts[number] => [
    device,
    factOf(device, module, new Set(lists.filter((listId) => found.has(`${listId}.${device.deviceName}`)))),
  ]);
}

function factOf(
  { deviceName, dialect, modules, groups = [], region }: MatchedDevice,
  module: string,
  lists: ReadonlySet<string>,
): DeviceFact {
  const known = reportedOf(modules, module);
  return {
    deviceName,
    dialect: dialectOf({ dialect }),
    module,
    version: known?.version ?? null,
    reportedAt: known?.reportedAt ?? null,
    groups,
    region: region ?? null,
    lists,
  };
}
