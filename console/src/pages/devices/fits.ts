import type { DeviceFilter } from './filter.js';

interface Filtered {
  readonly deviceName: string;
  readonly productKey: string;
  readonly dialect: string;
  readonly enabled: boolean;
  readonly online: boolean;
  readonly owner: string | null;
  readonly region: { readonly province: string | null; readonly city: string | null } | null;
  readonly modules: readonly { readonly name: string; readonly version: string }[];
  readonly tags: readonly { readonly key: string; readonly value: string }[];
}

/** Of these the API does not tell with each device whether it fits. */
const NOT_KNOWN = ['groupId', 'parentId', 'endpoint', 'pskIdentity'] as const;

/** Whether a device is one that the filter asks for, as the API decides it; false where only the API can tell. */
export function fits(filter: DeviceFilter, device: Filtered): boolean {
  if (NOT_KNOWN.some((name) => filter[name] !== undefined)) return false;
  const { namePrefix, version, tag } = filter;
  const module = (filter.module ?? 'default').toLowerCase();
  const same = (['productKey', 'dialect', 'enabled', 'online', 'owner'] as const).every(
    (name) => filter[name] === undefined || filter[name] === device[name],
  );
  return (
    same &&
    (namePrefix === undefined || device.deviceName.startsWith(namePrefix)) &&
    (filter.province === undefined || device.region?.province === filter.province) &&
    (filter.city === undefined || device.region?.city === filter.city) &&
    (version === undefined && filter.module === undefined
      ? true
      : device.modules.some((each) => each.name.toLowerCase() === module && (version === undefined || each.version === version))) &&
    (tag === undefined || device.tags.some(({ key, value }) => key === tag.key && value === tag.value))
  );
}
