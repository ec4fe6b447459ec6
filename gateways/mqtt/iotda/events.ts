import type { Notification } from '../../../core/ports';
import type { BatchTag } from '../../../schema/model/batch/batch';
import { moduleKey } from '../../../schema/model/device/module-version';
import { DEFAULT_MODULE } from '../../../schema/model/ids';

/** Firmware is the default module; software, the other kind of package there is, is the module of this name. */
export const SOFTWARE_MODULE = 'software';

/** Which member of a version report is about which module. */
export const VERSION_MEMBERS = [
  ['fw_version', DEFAULT_MODULE],
  ['sw_version', SOFTWARE_MODULE],
] as const;

export const VERSION_QUERY_EVENT = { type: 'version_query', paras: {} } as const;

/**
 * `firmware_upgrade` and `software_upgrade`, or with `_v2` where the address needs no token (device-protocols §2.3). The digest is
 * SHA-256 in lower case, whatever the package declares: a C SDK compares bytes.
 */
export function upgradeEvent({ module, version, files, tags = [], customInfo }: Notification): { type: string; paras: object } {
  const [file] = files;
  if (file?.access === undefined || files.length !== 1) throw new RangeError('An IoTDA notification has one file, with its access.');
  const { token, lifeSeconds } = file.access;
  const kind = moduleKey(module) === SOFTWARE_MODULE ? 'software_upgrade' : 'firmware_upgrade';
  return {
    type: token === null ? `${kind}_v2` : kind,
    paras: {
      version,
      url: file.url,
      file_size: file.size,
      file_name: plainName(file.name),
      ...(token !== null && { access_token: token }),
      expires: lifeSeconds,
      sign: file.sha256.toLowerCase(),
      custom_info: customInfo ?? tagsText(tags),
    },
  };
}

/** The dialect has no place for tags; where the package has no text of its own, they take its place. */
const tagsText = (tags: readonly BatchTag[]): string =>
  tags.length === 0 ? '' : JSON.stringify(Object.fromEntries(tags.map(({ key, value }) => [key, value])));

/** As the download names it: some devices make a path of it. */
const plainName = (name: string): string => name.replace(/[^A-Za-z0-9._-]/g, '_').slice(0, 128);
