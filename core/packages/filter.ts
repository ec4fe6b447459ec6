import type { mongo } from 'mongoose';
import { moduleKey } from '../../schema/model/device/module-version';
import type { FirmwarePackage } from '../../schema/model/package/firmware-package';
import { withinProducts } from '../access/permissions/products';
import { refuseMalformed } from '../well-formed';
import type { PackageFilter } from './contract';

/** There are 500 packages at most: what the index of products leaves is looked through. */
export function packageQuery(filter: PackageFilter): mongo.Filter<FirmwarePackage> {
  const { productKey, module, namePrefix, version, kind, verification, verificationRequired } = filter;
  refuseMalformed({ module, version }, 'filter.');
  const query = {
    deletedAt: null,
    ...(productKey && { productKey }),
    ...(module && { module: moduleKey(module) }),
    ...(version && { version }),
    ...(namePrefix && { name: { $gte: namePrefix, $lt: `${namePrefix}\uffff` } }),
    ...(kind && { kind }),
    ...(verification && { 'verification.state': verification }),
    ...(verificationRequired != null && { 'verification.required': verificationRequired }),
  };
  return withinProducts<mongo.Filter<FirmwarePackage>>(query, filter.products);
}
