import { requireRole } from '../access/require-role';
import type { Download, PackageService } from '../core';
import { inOrderOf } from '../paging/in-order-of';
import { pageOf } from '../paging/page-of';
import { createPackage, type PackageDeps } from './create';
import { type DownloadUrls, endedDownload, unknownDownload } from './download-token';

export function createPackageService(deps: PackageDeps & { downloads: Pick<DownloadUrls, 'read'> }): PackageService {
  const { packages } = deps.collections;
  return {
    async create(viewer, input, file) {
      requireRole(viewer, 'OPERATOR');
      return createPackage(deps, viewer, input, file);
    },
    get: (id) => packages.findOne({ _id: id }),
    getMany: async (ids) => inOrderOf(ids, await packages.find({ _id: { $in: [...ids] } }).toArray()),
    list: ({ productKey, module }, page) =>
      pageOf(packages, { ...(productKey && { productKey }), ...(module && { module }) }, { _id: -1 }, page, deps.settings.limits),
    download: (token) => download(deps, token),
  };
}

/** R-DL-5: asked anew for each request, so that a token ends with its task. */
async function download(deps: PackageDeps & { downloads: Pick<DownloadUrls, 'read'> }, token: string): Promise<Download> {
  const { tasks, packages } = deps.collections;
  const { taskId, fileIndex } = await deps.downloads.read(token);
  const task = await tasks.findOne({ _id: taskId }, { projection: { active: 1, packageId: 1 } });
  if (!task) throw unknownDownload();
  if (!task.active) throw endedDownload();
  const file = (await packages.findOne({ _id: task.packageId }))?.files[fileIndex];
  if (!file) throw unknownDownload();
  const { name, size, sha256, fileId } = file;
  return { taskId, name, size, sha256, read: (range) => deps.files.read(fileId, range) };
}
