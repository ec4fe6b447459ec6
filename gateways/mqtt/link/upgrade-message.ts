import type { Notification, NotifiedFile } from '../../../core/ports';
import { moduleKey } from '../../../schema/model/device/module-version';
import { DEFAULT_MODULE } from '../../../schema/model/ids';
import { FIXED_LIMITS } from '../../../schema/model/limits';
import type { MessageId } from './messages';
import { type Member, scannableJson } from './scannable-json';

/** SDKs cut off what is beyond (device-protocols §1.3). */
const { packageFiles } = FIXED_LIMITS;

/** `/ota/device/upgrade/…`: `code` is a string here. `id` is ours: a number, unique for the device. */
export const upgradeMessage = (notification: Notification, id: number): string =>
  scannableJson([
    ['code', '1000'],
    ['data', { members: upgradeData(notification) }],
    ['id', id],
    ['message', 'success'],
  ]);

/** `…/firmware/get_reply`: `code` is a number here, and `data` is empty when there is nothing to do. */
export const getReplyMessage = (notification: Notification | null, id: MessageId): string =>
  scannableJson([
    ['id', id],
    ['code', 200],
    ['data', { members: notification === null ? [] : upgradeData(notification) }],
  ]);

/**
 * The members in the documents' order, because small devices scan for them (device-protocols §0.1.6, §1.3): another one over MQTT, where
 * `module` is looked for behind `streamId`. `dProtocol` is absent over HTTPS; `files` has never one entry and is the last member, because an
 * SDK takes every object behind it for one more file; `module` is absent for the default module: SDKs drop the task otherwise. `md5` is
 * there whatever the method is: SDKs of 3.x read nothing else.
 */
function upgradeData(notification: Notification): Member[] {
  const { files, version, differential, stream } = notification;
  const [file, ...further] = files;
  if (file === undefined || files.length > packageFiles) {
    throw new RangeError(`A notification has 1 to ${packageFiles} files, not ${files.length}`);
  }
  const byMd5 = notification.digestAlgorithm === 'MD5';
  const signMethod: Member = ['signMethod', byMd5 ? 'Md5' : 'SHA256'];
  const isDiff: Member[] = differential ? [['isDiff', 1]] : [];
  const module: Member[] = moduleKey(notification.module) === DEFAULT_MODULE ? [] : [['module', notification.module]];
  const written = writtenIn(notification);
  const extData: Member = ['extData', { written }];
  const sign = signOf(file, byMd5);
  const md5: Member = ['md5', file.md5.toLowerCase()];
  if (stream) {
    return [
      ['size', file.size],
      ['streamId', stream.streamId],
      ...module,
      ['sign', sign],
      ['dProtocol', 'mqtt'],
      ['version', version],
      ...isDiff,
      signMethod,
      ['streamFileId', stream.fileId],
      md5,
      ...digestSignOf(file),
      ...(Object.keys(written).length > 0 ? [extData] : []),
    ];
  }
  if (further.length === 0) {
    return [
      ['size', file.size],
      ['version', version],
      ...isDiff,
      ['url', file.url],
      md5,
      ...digestSignOf(file),
      ['sign', sign],
      signMethod,
      ...module,
      extData,
    ];
  }
  const entries = files.map((each) => fileEntry(each, byMd5));
  return [['version', version], ...isDiff, signMethod, ...module, extData, ['files', { entries }]];
}

/** R-BAT-17, and the package's text for its devices. */
function writtenIn({ tags = [], customInfo }: Notification): Record<string, string> {
  return {
    ...Object.fromEntries(tags.map(({ key, value }) => [key, value])),
    ...(customInfo !== undefined && { _package_udi: customInfo }),
  };
}

const fileEntry = (file: NotifiedFile, byMd5: boolean): Member[] => [
  ['fileSize', file.size],
  ['fileName', scannable(file.name)],
  ['fileUrl', file.url],
  ['fileMd5', file.md5.toLowerCase()],
  ['fileSign', signOf(file, byMd5)],
  ...digestSignOf(file),
];

/** R-PKG-8. The documents show it for one file; for several it is in each entry, after the members they name. */
const digestSignOf = ({ digestSign }: NotifiedFile): Member[] => (digestSign === undefined ? [] : [['digestsign', digestSign]]);

const signOf = (file: NotifiedFile, byMd5: boolean): string => (byMd5 ? file.md5 : file.sha256).toLowerCase();

/** Devices find the end of an entry, of the list and of a text by looking for these. */
const scannable = (name: string): string => name.replace(/[{}[\]"]/g, '_');
