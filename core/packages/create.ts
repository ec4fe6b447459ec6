import type { Readable } from 'node:stream';
import { mongo } from 'mongoose';
import type { FirmwarePackage } from '../../schema/model/fleet';
import type { Collections } from '../../schema/mongo/connect';
import type { Viewer } from '../access/viewer';
import type { Clock } from '../clock';
import type { NewPackage } from '../core';
import { isDuplicateKey } from '../duplicate-key';
import type { PackageStore, StoredFile } from '../ports';
import { requireProduct } from '../products/require-product';
import type { CoreSettings } from '../settings';
import { checkedStream } from './checked-stream';
import { newFileId } from './gridfs-store';
import { type PackagePlan, planOf } from './new-package';
import { digestMismatch, packageExists, packageQuota } from './refusals';
import { whileRecorded } from './upload-record';

export interface PackageDeps {
  collections: Pick<Collections, 'packages' | 'products' | 'uploads' | 'tasks'>;
  files: PackageStore;
  settings: Pick<CoreSettings, 'limits'>;
  clock: Clock;
}

/** Cheap checks first, then the bytes, then the document: a package is seen when its file is whole. */
export async function createPackage(
  deps: PackageDeps,
  viewer: Viewer,
  input: NewPackage,
  file: { name: string; stream: Readable },
): Promise<FirmwarePackage> {
  const { collections, files, settings, clock } = deps;
  // The stream may fail while nobody reads it yet; reading it tells.
  file.stream.on('error', () => {});
  const plan = planOf(input, file.name, settings.limits);
  await requireProduct(collections.products, input.productKey);
  await requireRoom(deps, input, plan);

  const fileId = newFileId();
  return whileRecorded(collections.uploads, fileId, clock, async () => {
    const stream = checkedStream(file.stream, { format: plan.format, maximumBytes: settings.limits.fileBytes });
    const stored = await files.put(fileId, stream);
    try {
      if (plan.declared && stored[plan.declared.algorithm] !== plan.declared.hex) throw digestMismatch(plan.declared.algorithm);
      return await insert(collections, packageOf(viewer, input, plan, file.name, stored, clock()));
    } catch (error) {
      await files.delete(fileId);
      throw error;
    }
  });
}

async function requireRoom(
  { collections, settings }: PackageDeps,
  { productKey, version }: NewPackage,
  { module }: PackagePlan,
): Promise<void> {
  const { packages } = collections;
  const same = await packages.findOne({ productKey, module, version }, { projection: { _id: 1 } });
  if (same) throw packageExists(module, version, same._id);
  if ((await packages.estimatedDocumentCount()) >= settings.limits.packages) throw packageQuota(settings.limits.packages);
}

/** Two uploads of one version at the same time: the index lets one in. */
async function insert({ packages }: Pick<Collections, 'packages'>, document: FirmwarePackage): Promise<FirmwarePackage> {
  try {
    await packages.insertOne(document);
    return document;
  } catch (error) {
    const { productKey, module, version } = document;
    const same = isDuplicateKey(error) ? await packages.findOne({ productKey, module, version }, { projection: { _id: 1 } }) : null;
    throw same ? packageExists(module, version, same._id) : error;
  }
}

function packageOf(viewer: Viewer, input: NewPackage, plan: PackagePlan, fileName: string, file: StoredFile, now: Date): FirmwarePackage {
  return {
    _id: new mongo.ObjectId().toHexString(),
    name: input.name,
    productKey: input.productKey,
    module: plan.module,
    version: input.version,
    description: plan.description,
    digestAlgorithm: input.digestAlgorithm ?? 'SHA256',
    files: [{ ...file, name: fileName }],
    createdBy: viewer.keyId,
    createdAt: now,
  };
}
