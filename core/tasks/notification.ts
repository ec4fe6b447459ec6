import type { BatchTag } from '../../schema/model/batch';
import type { Task } from '../../schema/model/task';
import type { Notification } from '../ports';
import type { TaskDeps } from './deps';

/** Gives the URL of one file of a task's package, good for 24 h and for this attempt. */
export type MintUrl = (task: Pick<Task, '_id' | 'attempt'>, fileIndex: number, fileName: string) => Promise<string>;

/** The notification of a task, in no dialect. Each one carries URLs of its own (device-protocols §0.4). */
export async function notificationOf(deps: TaskDeps, mintUrl: MintUrl, task: Task, tags: readonly BatchTag[]): Promise<Notification> {
  const { package: firmware, policy } = await deps.facts(task.batchId);
  const digestSigns = (await deps.digestSigns?.(firmware)) ?? [];
  const files = await Promise.all(
    firmware.files.map(async ({ name, size, md5, sha256 }, index) => ({
      name,
      size,
      md5,
      sha256,
      digestSign: digestSigns[index],
      url: await mintUrl(task, index, name),
    })),
  );
  return {
    deviceId: task.deviceId,
    productKey: task.productKey,
    deviceName: task.deviceName,
    module: task.module,
    version: task.targetVersion,
    digestAlgorithm: firmware.digestAlgorithm,
    differential: firmware.kind === 'DIFFERENTIAL',
    files,
    tags,
    ...(policy.downloadProtocol === 'MQTT' && firmware.streamId !== undefined && { stream: { streamId: firmware.streamId, fileId: 1 } }),
  };
}
