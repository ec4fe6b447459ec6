/** Opaque to users; deterministic, so that writing the same thing twice finds itself. */
export type DeviceId = string;
export type TaskId = string;
export type BatchId = string;

export const DEFAULT_MODULE = 'default';

/** `<productKey>.<deviceName>`: a product key has no dot, so the first dot divides. */
export const deviceIdOf = (productKey: string, deviceName: string): DeviceId => `${productKey}.${deviceName}`;

/** The product a device is of. */
export const productKeyOf = (deviceId: DeviceId): string => deviceId.slice(0, deviceId.indexOf('.'));

/** What it is called there. */
export const deviceNameOf = (deviceId: DeviceId): string => deviceId.slice(deviceId.indexOf('.') + 1);

/** A batch touches one module, so batch and device name a task. */
export const taskIdOf = (batchId: BatchId, deviceId: DeviceId): TaskId => `${batchId}.${deviceId}`;

/** The batch a task belongs to: batch ids have no dot. */
export const batchOfTask = (taskId: TaskId): BatchId => taskId.slice(0, taskId.indexOf('.'));

/** The device a task is for. */
export const deviceOfTask = (taskId: TaskId): DeviceId => taskId.slice(taskId.indexOf('.') + 1);

/** One ongoing upgrade per device and module, guaranteed by the engine through this id. */
export const upgradeWorkflowId = (deviceId: DeviceId, module: string): string => `upgrade/${deviceId}/${module}`;

export const batchWorkflowId = (batchId: BatchId): string => `batch/${batchId}`;

/**
 * What stands for a broker in place of a gateway process: every gateway that is a client of it takes its pushes. The slash keeps it apart
 * from names that processes are given.
 */
export const brokerGatewayId = (name: string): string => `broker/${name}`;
/** Ids of such. */
export const AT_BROKER = /^broker\//;
export const isBrokerGateway = (gatewayId: string): boolean => gatewayId.startsWith('broker/');

/** Temporal task queues: one for workflows, one for each gateway process or external broker. */
export const WORKFLOW_QUEUE = 'updraft';
export const gatewayQueue = (gatewayId: string): string => `gateway/${gatewayId}`;
