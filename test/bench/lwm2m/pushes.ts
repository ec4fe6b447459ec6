import { setTimeout as delay } from 'node:timers/promises';
import { withTimeout } from '../../../core/with-timeout';
import type { ApiClient } from '../api-client';
import type { BenchScope } from '../benchmark';
import type { Group } from '../upgrades/burst';
import { createOperator } from '../upgrades/operator';
import { SinkDevice } from './sink-device';

export const PUSHES = 50;
const GROUP: Group = { productKey: 'benchPush', names: Array.from({ length: PUSHES }, (_, n) => `push-${n}`) };
const BEGUN_WITHIN_MS = 15_000;
const END_WITHIN_MS = 5_000;
const LOOK_EVERY_MS = 50;
/** `/5/0/9` of a device that takes pushes only. */
const PUSH_ONLY = 1;

export interface Pushes {
  /** Settles when all of them are under way, or after 15 s; how many are. */
  begin(): Promise<number>;
  /** Blocks that have come, of all devices. */
  readonly blocks: number;
  end(): Promise<void>;
}

/** Registered devices without DTLS, and a package that a batch will push to them in blocks. */
export async function preparePushes(api: ApiClient, server: string, file: Buffer, scope: BenchScope): Promise<Pushes> {
  const operator = createOperator(api);
  await operator.createProduct(GROUP.productKey, { dialect: 'LWM2M', plainCoap: true });
  await operator.registerDevices(GROUP.productKey, GROUP.names);
  const packageId = await api.upload({ productKey: GROUP.productKey, name: 'firmware_push', version: '2.0.0' }, file);
  const devices = GROUP.names.map((deviceName) => new SinkDevice(description(deviceName), { server }));
  scope.defer(async () => void (await Promise.all(devices.map((device) => device.stop()))));
  await Promise.all(devices.map((device) => device.start()));
  let batchId: string | null = null;
  return {
    async begin() {
      batchId = await operator.createBatch(packageId, 10_000, { delivery: 'PUSH' });
      const underWay = (): number => devices.filter(({ blocks }) => blocks > 0).length;
      for (const until = Date.now() + BEGUN_WITHIN_MS; underWay() < devices.length && Date.now() < until; ) {
        await delay(LOOK_EVERY_MS, undefined, { signal: scope.signal });
      }
      return underWay();
    },
    get blocks() {
      return devices.reduce((sum, device) => sum + device.blocks, 0);
    },
    async end() {
      // Before another part begins; a machine that is too busy for this is for the figures, too.
      const ended = Promise.all([batchId !== null && operator.cancelBatch(batchId), ...devices.map((device) => device.stop())]);
      await withTimeout(ended, END_WITHIN_MS, 'Not in time').catch(() => scope.say('    the pushes did not end in time'));
    },
  };
}

/** Without a radio cell, whose slots they would share. */
const description = (deviceName: string) =>
  ({ dialect: 'LWM2M', deviceName, version: '1.0.0', habits: { delivery: PUSH_ONLY }, radio: null }) as const;
