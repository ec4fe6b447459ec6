import type { Notification, NotifiedFile } from '../../../core/ports';
import { DEFAULT_MODULE } from '../../../schema/model/ids';
import type { MessageId } from './messages';

/** SDKs cut off what is beyond (device-protocols §1.3). */
const FILES_MAXIMUM = 20;

/** `/ota/device/upgrade/…`: `code` is a string here. `id` is ours: a number, unique for the device. */
export const upgradeMessage = (notification: Notification, id: number): string =>
  JSON.stringify({ code: '1000', data: upgradeData(notification), id, message: 'success' });

/** `…/firmware/get_reply`: `code` is a number here, and `data` is empty when there is nothing to do. */
export const getReplyMessage = (notification: Notification | null, id: MessageId): string =>
  JSON.stringify({ id, code: 200, data: notification === null ? {} : upgradeData(notification) });

/**
 * The members in the documents' order, because small devices scan for them (device-protocols §0.1.6, §1.3): another one over MQTT. `dProtocol` is absent over HTTPS,
 * `files` has never one entry, and `module` is absent for the default module: SDKs drop the task otherwise.
 */
function upgradeData(notification: Notification): object {
  const { files, version, differential } = notification;
  const [file, ...further] = files;
  if (file === undefined || files.length > FILES_MAXIMUM) {
    throw new RangeError(`A notification has 1 to ${FILES_MAXIMUM} files, not ${files.length}`);
  }
  const md5 = notification.digestAlgorithm === 'MD5';
  const signMethod = md5 ? 'Md5' : 'SHA256';
  const isDiff = differential ? { isDiff: 1 } : {};
  const module = notification.module === DEFAULT_MODULE ? {} : { module: notification.module };
  const extData = {
    ...Object.fromEntries((notification.tags ?? []).map(({ key, value }) => [key, value])),
    ...(notification.customInfo !== undefined && { _package_udi: notification.customInfo }),
  };
  if (notification.stream) {
    const { streamId, fileId } = notification.stream;
    const sign = signOf(file, md5);
    const named = { size: file.size, streamId, sign, dProtocol: 'mqtt', version, ...isDiff, signMethod, streamFileId: fileId };
    const tagged = Object.keys(extData).length > 0 ? { extData } : {};
    return { ...named, ...(md5 && { md5: sign }), ...digestSignOf(file), ...module, ...tagged };
  }
  if (further.length === 0) {
    const sign = signOf(file, md5);
    return {
      size: file.size,
      version,
      ...isDiff,
      url: file.url,
      ...(md5 && { md5: sign }),
      ...digestSignOf(file),
      sign,
      signMethod,
      ...module,
      extData,
    };
  }
  return { version, ...isDiff, signMethod, files: files.map((each) => fileEntry(each, md5)), ...module, extData };
}

function fileEntry(file: NotifiedFile, md5: boolean): object {
  const fileSign = signOf(file, md5);
  return {
    fileSize: file.size,
    fileName: scannable(file.name),
    fileUrl: file.url,
    ...(md5 && { fileMd5: fileSign }),
    fileSign,
    ...digestSignOf(file),
  };
}

/** R-PKG-8. The documents show it for one file; for several it is in each entry, after the members they name. */
const digestSignOf = ({ digestSign }: NotifiedFile): object => (digestSign === undefined ? {} : { digestsign: digestSign });

const signOf = (file: NotifiedFile, md5: boolean): string => (md5 ? file.md5 : file.sha256).toLowerCase();

/** Devices find the end of an entry by counting braces. */
const scannable = (name: string): string => name.replace(/[{}]/g, '_');
