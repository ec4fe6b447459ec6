import type { NewDynamicBatch } from '../../core/batches/contract';
import type { CoreParts } from '../../core/core-parts';
import { createCore } from '../../core/create-core';
import type { Batch, BatchPolicy } from '../../schema/model/batch/batch';
import { taskIdOf } from '../../schema/model/ids';
import type { Limits } from '../../schema/model/limits';
import type { FirmwarePackage } from '../../schema/model/package/firmware-package';
import type { Task, TaskStatus } from '../../schema/model/task/task';
import type { Store } from '../../schema/mongo/connect';
import { aPackage } from './builders';
import { handClock, MASTER_KEY, operator, settingsWith } from './core-parts';
import { fakePackageStore } from './fakes/package-store';
import { quietEngine } from './quiet-engine';

export const PRODUCT = 'meter';
export const DEVICE_POLICY: BatchPolicy = { rate: { kind: 'constant', perMinute: 600 }, retry: null, timeoutMinutes: null };

/** Core over a real store with an engine that only listens: devices, dynamic batches and what becomes of them, step by step. */
export async function dynamicWorld(store: Store, names: readonly string[], limits: Partial<Limits> = {}) {
  const clock = handClock();
  const woken: string[] = [];
  const commands: string[] = [];
  const engine = quietEngine({
    wakeBatch: (batchId) => void woken.push(batchId),
    commandBatch: async (_, { kind }) => {
      commands.push(kind);
      return { affected: 0 };
    },
  });
  /** Another process on the same store. */
  const another = (): Promise<CoreParts> =>
    createCore({ store, files: fakePackageStore(), engine, settings: settingsWith(limits), masterKeys: [MASTER_KEY], clock });
  const parts = await another();
  const { core, lifecycle, upgradeTasks } = parts;
  const { collections } = store;
  await core.products.create(operator, { key: PRODUCT, name: 'Water meter' });
  const register = (deviceNames: readonly string[]) =>
    core.devices.register(
      operator,
      PRODUCT,
      deviceNames.map((deviceName) => ({ deviceName })),
    );
  if (names.length > 0) await register(names);

  const idOf = (name: string): string => `${PRODUCT}.${name}`;
  const later = (ms = 1_000) => clock.advance(ms);

  const world = {
    store,
    parts,
    core,
    clock,
    woken,
    commands,
    another,
    later,
    idOf,
    register,
    addPackage: async (_id: string, fields: Partial<FirmwarePackage> = {}) => {
      await collections.packages.insertOne(aPackage({ _id, productKey: PRODUCT, ...fields }));
    },
    /** Each report a second after what was before. */
    report: async (name: string, version: string, module = 'default') => {
      later();
      await core.tasks.report(idOf(name), { kind: 'version', module, version });
    },
    /** Created and selected. */
    async create(packageId: string, fields: Partial<NewDynamicBatch> = {}, policy: Partial<BatchPolicy> = {}): Promise<Batch> {
      later();
      const batch = await core.batches.createDynamic(operator, {
        packageId,
        scope: { kind: 'all' },
        sourceVersions: ['1.0.0'],
        ...fields,
        policy: { ...DEVICE_POLICY, ...policy },
      });
      await lifecycle.select(batch._id);
      return batch;
    },
    async group(name: string, members: readonly string[] = []): Promise<string> {
      const { _id } = await core.groups.create(operator, { name });
      if (members.length > 0) await world.join(_id, ...members);
      return _id;
    },
    async join(groupId: string, ...members: string[]): Promise<void> {
      later();
      await core.groups.addDevices(operator, groupId, members.map(idOf));
    },
    async leave(groupId: string, ...members: string[]): Promise<void> {
      later();
      await core.groups.removeDevices(operator, groupId, members.map(idOf));
    },
    task: ({ _id }: Pick<Batch, '_id'>, name: string): Promise<Task | null> => core.tasks.get(taskIdOf(_id, idOf(name))),
    async fail({ _id }: Pick<Batch, '_id'>, ...failing: string[]): Promise<void> {
      later();
      for (const name of failing) await upgradeTasks.timeOut(taskIdOf(_id, idOf(name)));
    },
    /** Statuses by device. */
    async statuses({ _id }: Pick<Batch, '_id'>): Promise<Record<string, TaskStatus>> {
      const tasks = await collections.tasks.find({ batchId: _id }).sort({ _id: 1 }).toArray();
      return Object.fromEntries(tasks.map(({ deviceName, status }) => [deviceName, status]));
    },
  };
  return world;
}
export type DynamicWorld = Awaited<ReturnType<typeof dynamicWorld>>;
