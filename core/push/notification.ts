import type { BatchTag } from '../../schema/model/batch/batch';
import type { Generations } from '../../schema/model/device/generations';
import type { DeviceId } from '../../schema/model/ids';
import { type Dialect, dialectOf } from '../../schema/model/protocol/dialect';
import type { Task } from '../../schema/model/task/task';
import type { DownloadUrls, Granted } from '../downloads/download-token';
import { grantOf } from '../downloads/grant';
import type { Notification, NotifiedFile } from '../ports';
import type { TaskDeps } from '../tasks/deps';

/** Gives the URL of one file of a task's package, good for `limits.downloadTokenHours` and for this attempt. */
export type MintUrl = (task: Granted, fileIndex: number, fileName: string) => Promise<string>;

export interface Mint extends Pick<DownloadUrls, 'mintAccess' | 'mintOpenUrl'> {
  mintUrl: MintUrl;
  /** What a device is known by now: addresses end when it changes. */
  generationsOf?: (deviceId: DeviceId) => Promise<Generations | undefined>;
}

/** The notification of a task, in no dialect. Each one carries URLs of its own (device-protocols §0.4). */
export async function notificationOf(
  deps: TaskDeps & Mint,
  mintUrl: MintUrl,
  task: Task,
  tags: readonly BatchTag[],
): Promise<Notification> {
  const [{ package: firmware, policy, selfSignedUrls = false }, generations] = await Promise.all([
    deps.facts(task.batchId),
    deps.generationsOf?.(task.deviceId),
  ]);
  const granted: Granted = { _id: task._id, attempt: task.attempt, grant: grantOf({ generations }) };
  const digestSigns = (await deps.digestSigns?.(firmware)) ?? [];
  const files = await Promise.all(
    firmware.files.map(async ({ name, size, md5, sha256 }, index) => ({
      name,
      size,
      md5,
      sha256,
      digestSign: digestSigns[index],
      ...(await ADDRESSES[dialectOf(task)]({ ...deps, mintUrl }, granted, { index, name }, selfSignedUrls)),
    })),
  );
  return {
    deviceId: task.deviceId,
    ...(generations && { generations }),
    productKey: task.productKey,
    deviceName: task.deviceName,
    ...(task.dialect && { dialect: task.dialect }),
    module: task.moduleName ?? task.module,
    version: task.targetVersion,
    digestAlgorithm: firmware.digestAlgorithm,
    differential: firmware.kind === 'DIFFERENTIAL',
    files,
    tags,
    ...(firmware.customInfo !== undefined && { customInfo: firmware.customInfo }),
    ...(policy.downloadProtocol === 'MQTT' && firmware.streamId !== undefined && { stream: { streamId: firmware.streamId, fileId: 1 } }),
  };
}

type AddressOf = (
  mint: Mint,
  task: Granted,
  file: { index: number; name: string },
  selfSigned: boolean,
) => Promise<Pick<NotifiedFile, 'url' | 'access'>>;

/** With what a device asks for a file. */
const ADDRESSES: Record<Dialect, AddressOf> = {
  LINK: async ({ mintUrl }, task, { index, name }) => ({ url: await mintUrl(task, index, name) }),
  LWM2M: () => Promise.reject(new RangeError('Devices of this dialect are told a short address, when they are ready for it.')),
  /** device-protocols §2.3: an address with a token beside it, or one that opens by itself. */
  IOTDA: async ({ mintOpenUrl, mintAccess }, task, { index }, selfSigned) => {
    const { url, token, lifeSeconds } = await (selfSigned ? mintOpenUrl(task, index) : mintAccess(task, index));
    return { url, access: { token, lifeSeconds } };
  },
};
