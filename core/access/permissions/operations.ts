import { type DeviceId, deviceOfTask, type TaskId } from '../../../schema/model/ids';
import type { Role } from '../viewer';

/** Where the operations that apps may use name devices and tasks. */
interface Named {
  id?: TaskId;
  deviceId?: DeviceId | null;
  filter?: ({ deviceId?: DeviceId | null } & Record<string, unknown>) | null;
  input?: { taskIds?: readonly TaskId[] };
}

export interface Permission {
  /** Who has this role or more; ISSUER: this role alone; APP: the app of an owner alone; EVERYBODY: whoever is signed in. */
  least: Role | 'EVERYBODY';
  /** Apps may as well, for their own devices: those that a call is about. Without it they are refused. */
  devices?(args: Named): readonly (DeviceId | null | undefined)[];
  /** What it is about, for those who are limited to products. */
  about: About;
}

/** What names of things tell the product of: a list or a parent as well, whose product is its own. */
export type Kind = 'product' | 'device' | 'parent' | 'task' | 'package' | 'batch' | 'import';

/**
 * Who is limited to products is answered about others as about what does not exist.
 * - `NONE`: about nothing of any product. `SHARED`: about what all products share; what leads on from there is limited (`types.ts`).
 * - `WHOLE`: about the installation, or about what is of no product: refused to those who are limited.
 * - `ANSWER`: about the object that is answered with, which is looked at. `SERVICE`: what is called gives only what is of the viewer's products.
 * - Otherwise where its arguments name objects; `*` stands for each of a list.
 */
export type About = 'NONE' | 'SHARED' | 'WHOLE' | 'ANSWER' | 'SERVICE' | Readonly<Partial<Record<Kind, string>>>;

export type Root = 'Query' | 'Mutation' | 'Subscription';

type Devices = Permission['devices'];
const those =
  (least: Permission['least']) =>
  (about: About, devices?: Devices): Permission => ({ least, about, ...(devices && { devices }) });
const everybody = those('EVERYBODY');
const viewers = those('VIEWER');
const operators = those('OPERATOR');
const administrators = those('ADMINISTRATOR');
const issuers = those('ISSUER');
const appUsers = those('APP');

/** Where no device is named, all of the app's own are meant, and no other is looked at (`apps/own-devices.ts`). */
const named = (deviceId: DeviceId | null | undefined) => (deviceId == null ? [] : [deviceId]);
const ofDevice = ({ deviceId }: Named) => named(deviceId);
const ofFilter = ({ filter }: Named) => named(filter?.deviceId);
/** What apps see of a device, so that no filter finds out anything else. */
const FILTERS: ReadonlySet<string> = new Set(['productKey', 'namePrefix', 'online', 'module', 'version']);
/** A condition that is not for apps is about no device of theirs. */
const ofDevices = ({ filter }: Named) =>
  Object.entries(filter ?? {}).every(([name, value]) => value == null || FILTERS.has(name)) ? [] : [null];
const ofId = ({ id }: Named) => [id];
const ofTask = ({ id }: Named) => [deviceOfTask(id ?? '')];
const ofTasks = ({ input }: Named) => (input?.taskIds ?? []).map(deviceOfTask);

/**
 * R-UI-4: who may use each operation of the API, and what it is about. An operation that is not here can't be served: the schema is not built (`api/access`).
 * Fields that lead to other objects: `types.ts`. Addresses: `routes.ts`.
 */
export const OPERATIONS: Readonly<Record<Root, Readonly<Record<string, Permission>>>> = {
  Query: {
    apiKeys: administrators('SERVICE'),
    auditEntries: administrators('WHOLE'),
    batch: viewers('ANSWER'),
    batches: viewers('SERVICE'),
    cells: viewers('SHARED'),
    device: viewers('ANSWER', ofId),
    deviceImport: viewers('ANSWER'),
    deviceImports: viewers('SERVICE'),
    deviceList: viewers('ANSWER'),
    devices: viewers('SERVICE', ofDevices),
    downloadSchemes: viewers('NONE'),
    failureCauses: viewers('NONE'),
    group: viewers('SHARED'),
    groups: viewers('SHARED'),
    limits: viewers('NONE'),
    moduleVersions: viewers({ product: 'productKey' }),
    // Null for what is not for whoever asks, also for an app: `types.ts`.
    node: viewers('ANSWER', () => []),
    package: viewers('ANSWER'),
    packages: viewers('SERVICE'),
    people: administrators('WHOLE'),
    platformSeries: viewers('SERVICE'),
    previewBatch: operators({ package: 'input.packageId' }),
    previewDynamicBatch: operators({ package: 'input.packageId' }),
    previewGroupRule: operators('WHOLE'),
    product: viewers('ANSWER'),
    products: viewers('SERVICE'),
    task: viewers('ANSWER', ofTask),
    tasks: viewers('SERVICE', ofFilter),
    unfinishedTasks: viewers({ device: 'deviceId' }, ofDevice),
    viewer: everybody('NONE'),
  },
  Mutation: {
    addDevicesToGroup: operators({ device: 'input.deviceIds.*' }),
    addSigningKey: operators({ product: 'input.productKey' }),
    blockPerson: administrators('WHOLE'),
    cancelBatch: operators({ batch: 'input.batchId' }),
    cancelDynamicPolicy: operators({ batch: 'input.batchId' }),
    cancelTasks: operators({ package: 'input.packageId', device: 'input.deviceIds.*' }),
    confirmTasks: operators({ task: 'input.taskIds.*' }, ofTasks),
    createApiKey: administrators('SERVICE'),
    createAppToken: issuers('NONE'),
    createDynamicBatch: operators({ package: 'input.packageId' }),
    createDynamicGroup: operators('WHOLE'),
    createGroup: operators('WHOLE'),
    createPackage: operators({ product: 'input.productKey' }),
    // Not ISSUER: its key is on the server that phones talk to, and would be good for any device.
    createPairingCode: operators({ device: 'input.deviceId' }),
    createProduct: operators('WHOLE'),
    createStaticBatch: operators({ package: 'input.packageId' }),
    deferTasks: operators({ task: 'input.taskIds.*' }, ofTasks),
    deleteBatch: operators({ batch: 'input.batchId' }),
    deleteDevices: operators({ device: 'input.deviceIds.*' }),
    deleteGroup: operators('WHOLE'),
    deletePackage: operators({ package: 'input.packageId' }),
    deleteProduct: administrators({ product: 'input.key' }),
    forgetAuditActor: administrators('WHOLE'),
    forgetDeviceImport: operators({ import: 'input.importId' }),
    pauseBatch: operators({ batch: 'input.batchId' }),
    // About no device yet: the code says which one it is.
    redeemPairingCode: appUsers('SERVICE'),
    registerDevices: operators({ product: 'input.productKey', parent: 'input.devices.*' }),
    rejectTasks: operators({ task: 'input.taskIds.*' }, ofTasks),
    removeDevicesFromGroup: operators({ device: 'input.deviceIds.*' }),
    resetDeviceSecret: operators({ device: 'input.deviceId' }),
    resumeBatch: operators({ batch: 'input.batchId' }),
    retryTasks: operators({ batch: 'input.batchId', task: 'input.taskIds.*' }),
    revokeApiKey: administrators('SERVICE'),
    setDeviceCertificates: operators({ device: 'input.devices.*.deviceId' }),
    setDeviceGateway: operators({ device: 'input.deviceIds.*', parent: 'input.gatewayId' }),
    setDeviceOwners: operators({ device: 'input.devices.*.deviceId' }),
    setDeviceParent: operators({ device: 'input.deviceIds.*', parent: 'input.parentId' }),
    setDevicesEnabled: operators({ device: 'input.deviceIds.*' }),
    setLwm2mIdentities: operators({ device: 'input.devices.*.deviceId' }),
    setSecureUpdate: operators({ product: 'input.productKey' }),
    unblockPerson: administrators('WHOLE'),
    updateApiKey: administrators('SERVICE'),
    updateBatch: operators({ batch: 'input.batchId' }),
    updateDevice: operators({ device: 'input.deviceId' }),
    updateDynamicGroup: operators('WHOLE'),
    updateGroup: operators('WHOLE'),
    updatePackage: operators({ package: 'input.packageId' }),
    updateProduct: operators({ product: 'input.key' }),
    verifyPackage: operators({ package: 'input.packageId' }),
  },
  Subscription: {
    auditAdded: administrators('WHOLE'),
    batchChanges: viewers('SERVICE'),
    batchProgress: viewers({ batch: 'batchId' }),
    cellChanges: viewers('SHARED'),
    deviceChanges: viewers('SERVICE'),
    deviceTasks: viewers('SERVICE', ofDevice),
    groupChanges: viewers('SHARED'),
    importProgress: viewers({ import: 'importId' }),
    taskChanges: viewers('SERVICE', ofFilter),
    uploadProgress: operators('NONE'),
  },
};
