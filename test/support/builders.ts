import { randomUUID } from 'node:crypto';
import type { CoreSettings } from '../../core/settings';
import type { BatchFacts } from '../../core/tasks/batch-facts';
import type { Batch, BatchPolicy } from '../../schema/model/batch/batch';
import { DEFAULT_CELLS } from '../../schema/model/cell/gate';
import { deviceIdOf, taskIdOf } from '../../schema/model/ids';
import { DEFAULT_LIMITS } from '../../schema/model/limits';
import type { FirmwarePackage } from '../../schema/model/package/firmware-package';
import type { Registration } from '../../schema/model/registration/registration';
import { newNegotiation } from '../../schema/model/task/negotiation';
import { isActive, type Task } from '../../schema/model/task/task';
import { DEFAULT_WAITS } from '../../schema/model/task/waits';
import type { StoredDevice } from '../../schema/mongo/devices';

const EPOCH = new Date('2026-01-01T00:00:00Z');
const ONLINE_MS = 25 * 3_600_000;

export const testSettings = (settings: Partial<CoreSettings> = {}): CoreSettings => ({
  limits: DEFAULT_LIMITS,
  publicBaseUrl: 'http://127.0.0.1',
  minuteMs: 60_000,
  reofferMinutes: 10,
  settleMs: 2_000,
  waits: DEFAULT_WAITS,
  cells: DEFAULT_CELLS,
  ...settings,
});

/** A queued task of a reachable device, or what `fields` make of it. */
export function aTask(fields: Partial<Task> = {}): Task {
  const productKey = fields.productKey ?? 'upd7Kx2QmZ1';
  const deviceName = fields.deviceName ?? `meter-${randomUUID().slice(0, 8)}`;
  const deviceId = fields.deviceId ?? deviceIdOf(productKey, deviceName);
  const batchId = fields.batchId ?? 'batch1';
  const status = fields.status ?? 'QUEUED';
  return {
    _id: taskIdOf(batchId, deviceId),
    batchId,
    packageId: 'package1',
    productKey,
    deviceId,
    deviceName,
    module: 'default',
    sourceVersion: '1.0.0',
    targetVersion: '2.0.0',
    status,
    active: isActive(status),
    attempt: 1,
    progress: null,
    cause: null,
    causeText: null,
    reachable: true,
    gatewayId: 'gw-1',
    offerAt: EPOCH,
    notifiedAt: null,
    firstNotifiedAt: null,
    notifications: 0,
    reacted: false,
    retryAt: null,
    firstProgressAt: null,
    deadlineAt: null,
    attempts: [],
    transitions: [],
    createdAt: EPOCH,
    updatedAt: EPOCH,
    endedAt: null,
    revision: 0,
    ...fields,
  };
}

/** A task of an IoTDA device; 25 hours to come on-line. */
export const anIotdaTask = (fields: Partial<Task> = {}): Task =>
  aTask({
    dialect: 'IOTDA',
    negotiation: newNegotiation(ONLINE_MS, 0),
    onlineBy: new Date(EPOCH.getTime() + ONLINE_MS),
    ...fields,
  });

/** Whose device was asked for its version. */
export const aQueriedTask = (fields: Partial<Task> = {}): Task =>
  anIotdaTask({
    negotiation: { ...newNegotiation(ONLINE_MS, 0), queriedAt: EPOCH },
    offerAt: new Date(EPOCH.getTime() + 600_000),
    ...fields,
  });

/** Whose device has answered and was notified. */
export const anAnsweredTask = (fields: Partial<Task> = {}): Task =>
  aNotifiedTask({ dialect: 'IOTDA', negotiation: { ...newNegotiation(ONLINE_MS, 0), begunAt: EPOCH }, onlineBy: null, ...fields });

/** A task whose notification has left. */
export const aNotifiedTask = (fields: Partial<Task> = {}): Task =>
  aTask({ status: 'NOTIFIED', notifiedAt: EPOCH, notifications: 1, offerAt: new Date(EPOCH.getTime() + 600_000), ...fields });

/** A task whose device has reported progress. */
export const aRunningTask = (fields: Partial<Task> = {}): Task =>
  aNotifiedTask({ status: 'IN_PROGRESS', reacted: true, offerAt: null, progress: 10, firstProgressAt: EPOCH, ...fields });

/** The device of a task, registered and enabled. */
export const aDevice = ({ deviceId, productKey, deviceName }: Pick<Task, 'deviceId' | 'productKey' | 'deviceName'>): StoredDevice => ({
  _id: deviceId,
  productKey,
  deviceName,
  sealedSecret: '',
  enabled: true,
  dialect: 'LINK',
  modules: {},
  moduleVersions: [],
  online: false,
  gatewayId: null,
  sessionId: null,
  onlineChangedAt: null,
  createdAt: EPOCH,
});

/** A running batch of that package for all devices. */
export const aBatch = (fields: Partial<Batch> = {}): Batch => ({
  ...{ _id: 'batch1', name: 'batch1', productKey: 'upd7Kx2QmZ1', packageId: 'package1', module: 'default', targetVersion: '2.0.0' },
  ...{ kind: 'static', scope: { kind: 'all' }, sourceVersions: [] },
  policy: { rate: { kind: 'constant', perMinute: 600 }, retry: null, timeoutMinutes: null },
  ...{ status: 'RUNNING', statusReason: null, selection: null, idempotency: null, createdBy: 'key1' },
  ...{ createdAt: EPOCH, updatedAt: EPOCH, startedAt: null, endedAt: null },
  ...fields,
});

export const aPackage = (fields: Partial<FirmwarePackage> = {}): FirmwarePackage => ({
  _id: 'package1',
  name: 'meter_fw',
  productKey: 'upd7Kx2QmZ1',
  module: 'default',
  version: '2.0.0',
  description: '',
  digestAlgorithm: 'SHA256',
  files: [{ fileId: 'file1', name: 'fw.bin', size: 12, md5: '0'.repeat(32), sha256: '0'.repeat(64) }],
  kind: 'FULL',
  sourceVersions: [],
  verification: { required: false, state: 'UNVERIFIED', verifiedAt: null },
  deletedAt: null,
  createdBy: 'key1',
  createdAt: EPOCH,
  ...fields,
});

export const theFacts = (policy: Partial<BatchPolicy> = {}, fields: Partial<BatchFacts> = {}): BatchFacts => ({
  _id: 'batch1',
  policy: { rate: { kind: 'constant', perMinute: 600 }, retry: null, timeoutMinutes: null, ...policy },
  targetVersion: '2.0.0',
  module: 'default',
  package: aPackage(),
  ...fields,
});

/** Of a device that speaks plain CoAP and listens all the time, or what `fields` make of it. */
export const aRegistration = (fields: Partial<Registration> = {}): Registration => ({
  _id: 'upd7Kx2QmZ1.meter-1',
  registrationId: 'r1',
  endpoint: 'meter-1',
  gatewayId: 'gw-1',
  address: '192.0.2.1',
  port: 40_000,
  identity: null,
  version: '1.1',
  lifetimeSeconds: 300,
  binding: 'U',
  queueMode: false,
  awakeSeconds: 93,
  plainPeer: 'gw-1 192.0.2.1 40000',
  root: '',
  contentFormats: [],
  objects: [],
  since: EPOCH,
  heardAt: EPOCH,
  expiresAt: new Date(EPOCH.getTime() + 330_000),
  reachableUntil: new Date(EPOCH.getTime() + 330_000),
  online: true,
  onlineAt: EPOCH,
  dueAt: new Date(EPOCH.getTime() + 330_000),
  revision: 1,
  ...fields,
});
