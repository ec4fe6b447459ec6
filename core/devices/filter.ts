import type { mongo } from 'mongoose';
import { moduleKey } from '../../schema/model/device/module-version';
import { DEFAULT_MODULE } from '../../schema/model/ids';
import { inRegion, runsOneOf, type StoredDevice } from '../../schema/mongo/devices';
import { UserError } from '../errors';
import { refuseMalformed } from '../well-formed';
import type { DeviceFilter } from './contract';

/** Every list is ordered by `_id`, `<productKey>.<deviceName>`; the range lets the one index order and filter by product. */
export function deviceQuery(filter: DeviceFilter): mongo.Filter<StoredDevice> {
  const { productKey, online, namePrefix, module, version, province, city, groupId, parentId, owner, endpoint, pskIdentity } = filter;
  refuseMalformed({ module, version }, 'filter.');
  const from = productKey ? `${productKey}.${namePrefix ?? ''}` : null;
  const byVersion = version ? runsOneOf(module ?? DEFAULT_MODULE, [version]) : module ? hasModule(module) : {};
  if (from === null && (namePrefix || version || module || province || city)) throw productNeeded();
  if (city && !province) throw provinceNeeded();
  return {
    ...(productKey && from && { productKey, _id: { $gte: from, $lt: after(from) } }),
    ...(groupId && { groups: groupId }),
    ...(parentId && { parentId }),
    ...(owner != null && { owner }),
    ...(endpoint != null && { 'lwm2m.endpoint': endpoint }),
    ...(pskIdentity != null && { 'lwm2m.psks.identity': pskIdentity }),
    ...(online != null && { online }),
    ...byVersion,
    ...(province && inRegion(province, city)),
  };
}

/** `=` divides module from version and `>` follows it. */
const hasModule = (module: string) => ({
  moduleVersions: { $elemMatch: { $gte: `${moduleKey(module)}=`, $lt: `${moduleKey(module)}>` } },
});

/** The first text that no text beginning with `prefix` reaches; names are ASCII. */
const after = (prefix: string): string => `${prefix}\uffff`;

const provinceNeeded = (): UserError =>
  new UserError('REQUIRED', {
    field: 'filter.province',
    message: 'The filter names a city without its province.',
    hint: 'Give `province` as well.',
  });

const productNeeded = (): UserError =>
  new UserError('REQUIRED', {
    field: 'filter.productKey',
    message: 'A filter by name, module, version or region is within one product, and names none.',
    hint: 'Give `productKey` as well.',
  });
