import type { mongo } from 'mongoose';
import { moduleKey } from '../../schema/model/device/module-version';
import { DEFAULT_MODULE } from '../../schema/model/ids';
import { deviceTagKeyViolation } from '../../schema/model/names';
import { inRegion, runsOneOf, type StoredDevice } from '../../schema/mongo/devices';
import { isOfOwnDevice, withinIdsOfProducts } from '../access/permissions/products';
import { UserError } from '../errors';
import { refuseIfAny } from '../refuse';
import { refuseMalformed } from '../well-formed';
import type { DeviceFilter } from './contract';

/** Every list is ordered by `_id`, `<productKey>.<deviceName>`; the range lets the one index order and filter by product. */
export function deviceQuery(filter: DeviceFilter): mongo.Filter<StoredDevice> {
  const { productKey, online, enabled, dialect, tag, namePrefix, module, version, province, city, groupId, parentId } = filter;
  const { owner, endpoint, pskIdentity, among } = filter;
  refuseMalformed({ module, version }, 'filter.');
  refuseIfAny([tag ? deviceTagKeyViolation(tag.key, 'filter.tag.key') : null]);
  const from = productKey ? `${productKey}.${namePrefix ?? ''}` : null;
  const byVersion = version ? runsOneOf(module ?? DEFAULT_MODULE, [version]) : module ? hasModule(module) : {};
  if (from === null && (namePrefix || version || module || province || city)) throw productNeeded();
  if (city && !province) throw provinceNeeded();
  const query = {
    ...(productKey && { productKey }),
    ...((from || among) && { _id: { ...(among && { $in: [...among] }), ...(from && { $gte: from, $lt: after(from) }) } }),
    ...(groupId && { groups: groupId }),
    ...(parentId && { parentId: isOfOwnDevice({ products: filter.products ?? null }, parentId) ? parentId : { $in: [] } }),
    ...(owner != null && { owner }),
    ...(endpoint != null && { 'lwm2m.endpoint': endpoint }),
    ...(pskIdentity != null && { 'lwm2m.psks.identity': pskIdentity }),
    ...(online != null && { online }),
    ...(enabled != null && { enabled }),
    ...(dialect && { dialect }),
    ...(tag && { [`tags.${tag.key}`]: tag.value }),
    ...byVersion,
    ...(province && inRegion(province, city)),
  };
  return withinIdsOfProducts<mongo.Filter<StoredDevice>>(query, filter.products);
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
