import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { Viewer } from '../../core/access/viewer';
import type { NewDynamicBatch, NewStaticBatch } from '../../core/batches/contract';
import type { Core } from '../../core/core';
import type { NewDevice } from '../../core/devices/contract';
import type { NewPackage } from '../../core/packages/contract';
import type { Batch, BatchPolicy } from '../../schema/model/batch/batch';
import { deviceIdOf, taskIdOf } from '../../schema/model/ids';
import type { FirmwarePackage } from '../../schema/model/package/firmware-package';
import { isActive, type Task, type TaskStatus } from '../../schema/model/task/task';
import { createFleet, type Fleet } from './devices/fleet';
import type { IotdaDeviceDescription } from './devices/iotda/iotda-device';
import type { LinkDeviceDescription, LinkDeviceSettings } from './devices/link/link-device';
import { firmwareImage } from './firmware-image';

export const ADMIN: Viewer = { actorId: 'test', kind: 'KEY', name: 'test', products: null, role: 'ADMINISTRATOR' };
export const POLICY: BatchPolicy = { rate: { kind: 'constant', perMinute: 10_000 }, retry: null, timeoutMinutes: null };

/** A Link device, unless it says otherwise. */
export type DeviceOf = Pick<NewDevice, 'certificateFingerprints'> & DescribedDevice;

type DescribedDevice =
  | Partial<Omit<LinkDeviceDescription & { dialect?: 'LINK' }, 'productKey' | 'secret'>>
  | (Partial<Omit<IotdaDeviceDescription, 'productKey' | 'secret'>> & { dialect: 'IOTDA' });

export interface DriverOptions {
  core: Core;
  productKey: string;
  mqttUrl: string;
  /** Whether an API runs that devices can download from. */
  downloads: boolean;
}

/** Makes devices, and answers their secrets in the order given. */
type Registration = (devices: NewDevice[]) => Promise<{ secret: string }[]>;

/** What an operator and a fleet do with a platform, wherever it runs. */
export interface Driver {
  core: Core;
  productKey: string;
  package(version: string, size?: number, module?: string, more?: Partial<NewPackage>): Promise<FirmwarePackage>;
  /** Registers and starts virtual devices; each begins at version 1.0.0. */
  fleet(devices: DeviceOf[], settings?: Partial<LinkDeviceSettings>, register?: Registration): Promise<Fleet>;
  push(firmware: FirmwarePackage, policy?: Partial<BatchPolicy>, more?: Partial<NewStaticBatch>): Promise<Batch>;
  pushDynamic(firmware: FirmwarePackage, policy?: Partial<BatchPolicy>, more?: Partial<NewDynamicBatch>): Promise<Batch>;
  tasks(batch: Batch): Promise<Task[]>;
  task(batch: Batch, deviceName: string): Promise<Task>;
  /** Waits until every task of the batch has ended; the test's own limit is the end of the wait. */
  settled(batch: Batch): Promise<Record<string, TaskStatus>>;
  /** Looks again and again; what throws is looked at again as well. */
  until<T>(look: () => Promise<T | null | undefined | false>): Promise<T>;
  stopFleets(): Promise<void>;
}

export async function createDriver({ core, productKey, mqttUrl, downloads }: DriverOptions): Promise<Driver> {
  await core.products.create(ADMIN, { key: productKey, name: 'Test meters' });
  const fleets: Fleet[] = [];

  async function tasks(batch: Batch): Promise<Task[]> {
    const all: Task[] = [];
    for (let after: string | null = null; ; ) {
      const page = await core.tasks.list({ batchId: batch._id }, { first: 100, after });
      all.push(...page.rows.map(({ node }) => node));
      after = page.rows.at(-1)?.cursor ?? null;
      if (!page.hasNextPage) return all;
    }
  }

  return {
    core,
    productKey,
    until,
    tasks,
    package: (version, size = 4_096, module = undefined, more = {}) =>
      core.packages.create(
        ADMIN,
        { productKey, name: `${module ?? 'fw'}_${version.replaceAll('.', '_')}`, version, module, ...more },
        { name: 'fw.bin', stream: Readable.from([firmwareImage(size, { version, seed: randomUUID() })]) },
      ),
    async fleet(devices, settings = {}, register = (names) => core.devices.register(ADMIN, productKey, names)) {
      const named = devices.map((device, index) => ({ deviceName: `meter-${index}`, version: '1.0.0', ...device }));
      const names = named.map(({ deviceName, dialect, certificateFingerprints, parent }) => ({
        deviceName,
        dialect,
        certificateFingerprints,
        ...(parent && { parent: { deviceName: parent } }),
      }));
      const registered = await register(names);
      const fleet = createFleet({
        mqttUrl,
        pacing: { installMs: 10, rebootMs: 10, skipDownload: !downloads },
        ...settings,
        devices: named.map((device, index) => ({ ...device, productKey, secret: registered[index]?.secret ?? '' })),
      });
      fleets.push(fleet);
      const { failed } = await fleet.start();
      if (failed.length > 0) throw new Error(`devices could not connect: ${JSON.stringify(failed.slice(0, 3))}`);
      return fleet;
    },
    push: (firmware, policy = {}, more = {}) =>
      core.batches.createStatic(ADMIN, { packageId: firmware._id, scope: { kind: 'all' }, policy: { ...POLICY, ...policy }, ...more }),
    pushDynamic: (firmware, policy = {}, more = {}) =>
      core.batches.createDynamic(ADMIN, { packageId: firmware._id, scope: { kind: 'all' }, policy: { ...POLICY, ...policy }, ...more }),
    async task(batch, deviceName) {
      const task = await core.tasks.get(taskIdOf(batch._id, deviceIdOf(productKey, deviceName)));
      if (task === null) throw new Error(`no task of ${deviceName}`);
      return task;
    },
    async settled(batch) {
      await until(async () => ['FINISHED', 'CANCELED', 'FAILED'].includes((await core.batches.get(batch._id))?.status ?? ''));
      const ended = await until(async () => {
        const all = await tasks(batch);
        return all.every(({ status }) => !isActive(status)) && all;
      });
      return Object.fromEntries(ended.map(({ deviceName, status }) => [deviceName, status]));
    },
    async stopFleets() {
      await Promise.all(fleets.map((fleet) => fleet.stop()));
    },
  };
}

async function until<T>(look: () => Promise<T | null | undefined | false>): Promise<T> {
  for (;;) {
    const seen = await look().catch(() => null);
    if (seen) return seen;
    await delay(50);
  }
}
