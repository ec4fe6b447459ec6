import type { Viewer } from '../../core/access/viewer';
import type { CoreParts } from '../../core/core-parts';
import { noProblems } from '../../schema/model/device/device-import';
import type { CallMutation } from '../../schema/model/mutations';
import type { Store } from '../../schema/mongo/connect';
import { aBatch, aPackage, aTask } from './builders';

export interface CallCase {
  mutation: CallMutation;
  /** What has to be there before. */
  prepare?(world: CallWorld): Promise<unknown>;
  call(core: CoreParts['core'], viewer: Viewer, idempotencyKey: string | null, other?: boolean): Promise<unknown>;
  /** What of an answer stays, where something else goes on with what was made. */
  shown?(answer: unknown): unknown;
  /** How often it was done. */
  done(store: Store): Promise<number>;
}

interface CallWorld {
  store: Store;
  core: CoreParts['core'];
  administrator: Viewer;
}

const PEM = `-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
-----END PUBLIC KEY-----`;
const OTHER = 'other';
const IMPORT = {
  ...{ productKey: 'meter', rows: 1, valid: 1, created: 1, pieces: 0, piecesDone: 0, skipInvalid: false, attempt: 1, digest: null },
  problems: noProblems(),
};

/** One for each mutation whose repeat is answered by `core/calls`, on a product `meter` with the device `dev-a`. */
export const CALL_CASES: CallCase[] = [
  {
    mutation: 'registerDevices',
    call: (core, viewer, key, other) =>
      core.devices.register(viewer, 'meter', [{ deviceName: other ? OTHER : 'dev-1' }, { deviceName: other ? 'o2' : 'dev-2' }], key),
    done: async ({ collections }) => (await collections.devices.countDocuments({ deviceName: /^dev-\d/ })) / 2,
  },
  {
    mutation: 'createProduct',
    call: (core, viewer, idempotencyKey, other) => core.products.create(viewer, { name: other ? OTHER : 'Valve', idempotencyKey }),
    done: ({ collections }) => collections.products.countDocuments({ name: 'Valve' }),
  },
  {
    mutation: 'addSigningKey',
    call: (core, viewer, idempotencyKey, other) =>
      core.products.addSigningKey(viewer, { productKey: 'meter', name: other ? OTHER : 'line', publicKeyPem: PEM, idempotencyKey }),
    done: ({ collections }) => collections.signingKeys.countDocuments(),
  },
  {
    mutation: 'createGroup',
    call: (core, viewer, idempotencyKey, other) => core.groups.create(viewer, { name: other ? OTHER : 'pilots', idempotencyKey }),
    done: ({ collections }) => collections.groups.countDocuments({ name: 'pilots' }),
  },
  {
    mutation: 'createDynamicGroup',
    call: (core, viewer, idempotencyKey, other) =>
      core.groups.createDynamic(viewer, { name: other ? OTHER : 'swiss', rule: { field: 'PRODUCT', values: ['meter'] }, idempotencyKey }),
    shown: (answer) => (answer as { _id: string })._id,
    done: ({ collections }) => collections.groups.countDocuments({ name: 'swiss' }),
  },
  {
    mutation: 'createApiKey',
    call: (core, viewer, idempotencyKey, other) =>
      core.access.createKey(viewer, { name: other ? OTHER : 'line', role: 'OPERATOR', idempotencyKey }),
    done: ({ collections }) => collections.apiKeys.countDocuments({ name: 'line' }),
  },
  {
    mutation: 'deleteDevices',
    call: (core, viewer, key, other) => core.devices.delete(viewer, [other ? 'meter.dev-b' : 'meter.dev-a'], key),
    done: async ({ collections }) => 1 - (await collections.devices.countDocuments({ deviceName: 'dev-a' })),
  },
  {
    mutation: 'deleteGroup',
    prepare: ({ store }) =>
      store.collections.groups.insertOne({
        ...{ _id: 'g', name: 'g', parentId: null, ancestors: [] },
        createdBy: 'k',
        createdAt: new Date(),
      }),
    call: (core, viewer, key, other) => core.groups.delete(viewer, other ? OTHER : 'g', key),
    done: async ({ collections }) => 1 - (await collections.groups.countDocuments({ _id: 'g' })),
  },
  {
    mutation: 'deletePackage',
    prepare: ({ store }) => store.collections.packages.insertOne(aPackage({ productKey: 'meter' })),
    call: (core, viewer, key, other) => core.packages.delete(viewer, other ? OTHER : 'package1', key),
    done: async ({ collections }) => 1 - (await collections.packages.countDocuments()),
  },
  {
    mutation: 'deleteBatch',
    prepare: ({ store }) => store.collections.batches.insertOne(aBatch({ _id: 'batch1', productKey: 'meter', status: 'FINISHED' })),
    call: (core, viewer, key, other) => core.batches.delete(viewer, other ? OTHER : 'batch1', key),
    done: async ({ collections }) => 1 - (await collections.batches.countDocuments()),
  },
  {
    mutation: 'deleteProduct',
    prepare: ({ store }) => store.collections.products.insertOne({ _id: 'pump', name: 'p', dialect: 'LINK', createdAt: new Date() }),
    call: (core, viewer, key, other) => core.products.delete(viewer, other ? OTHER : 'pump', key),
    done: async ({ collections }) => 1 - (await collections.products.countDocuments({ _id: 'pump' })),
  },
  {
    mutation: 'forgetDeviceImport',
    prepare: ({ store, administrator }) =>
      store.collections.deviceImports.insertOne({
        ...{ _id: 'import', ...IMPORT, status: 'FINISHED', createdBy: administrator.actorId },
        ...{ createdAt: new Date(), endedAt: new Date(), renewedAt: new Date(), expiresAt: new Date(Date.now() + 3_600_000) },
      } as never),
    call: (core, viewer, key, other) => core.deviceImports.forget(viewer, other ? OTHER : 'import', key),
    done: async ({ collections }) => 1 - (await collections.deviceImports.countDocuments()),
  },
  {
    mutation: 'retryTasks',
    async prepare({ store: { collections } }) {
      await collections.packages.insertOne(aPackage({ productKey: 'meter' }));
      await collections.batches.insertOne(aBatch({ _id: 'batch1', productKey: 'meter', status: 'RUNNING' }));
      const failed = { status: 'FAILED', active: false, cause: 'DEVICE_DOWNLOAD_TIMEOUT' } as const;
      await collections.tasks.insertOne(aTask({ productKey: 'meter', deviceId: 'meter.dev-a', deviceName: 'dev-a', ...failed }));
    },
    call: (core, viewer, idempotencyKey, other) =>
      core.batches.reinitiate(viewer, { batchId: other ? OTHER : 'batch1', all: true, idempotencyKey }),
    done: async ({ collections }) => {
      const [task] = await collections.tasks.find().toArray();
      return task?.transitions.filter(({ from }) => from === 'FAILED').length ?? 0;
    },
  },
];
