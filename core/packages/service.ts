import { descriptionViolation } from '../../schema/model/package/package-fields';
import { requireRole } from '../access/require-role';
import type { Calls } from '../calls/calls';
import { unlessGone } from '../calls/unless-gone';
import { inOrderOf } from '../paging/in-order-of';
import { pageOf } from '../paging/page-of';
import { refuseIfAny } from '../refuse';
import type { PackageService } from './contract';
import { createPackage, type PackageDeps } from './create';
import { deletePackage } from './delete';
import { packageQuery } from './filter';
import { packageUnknown } from './refusals';

export function createPackageService(deps: PackageDeps & { calls: Calls }): PackageService {
  const { packages } = deps.collections;
  return {
    async create(viewer, input, files, expectedBytes) {
      requireRole(viewer, 'OPERATOR');
      return createPackage(deps, viewer, input, files, { expectedBytes });
    },
    async update(viewer, id, { description }) {
      requireRole(viewer, 'OPERATOR');
      refuseIfAny([descriptionViolation(description, deps.settings.limits.descriptionLength)]);
      const changed = await packages.findOneAndUpdate({ _id: id, deletedAt: null }, { $set: { description } }, { returnDocument: 'after' });
      if (changed === null) throw packageUnknown();
      return changed;
    },
    async delete(viewer, id, idempotencyKey) {
      requireRole(viewer, 'OPERATOR');
      return deps.calls.inSteps(viewer, { mutation: 'deletePackage', idempotencyKey, input: { id } }, async (since) => {
        await deletePackage(deps, id).catch(unlessGone(since, 'PACKAGE_UNKNOWN'));
        return { _id: id };
      });
    },
    get: (id) => packages.findOne({ _id: id, deletedAt: null }),
    getMany: async (ids) => inOrderOf(ids, await packages.find({ _id: { $in: [...ids] }, deletedAt: null }).toArray()),
    list: async (filter, page) => pageOf(packages, packageQuery(filter), { _id: -1 }, page, deps.settings.limits),
  };
}
