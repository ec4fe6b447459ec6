import type { Readable } from 'node:stream';
import { mongo } from 'mongoose';
import { FIXED_LIMITS } from '../../schema/model/limits';
import type { FirmwarePackage, PackageFile } from '../../schema/model/package/firmware-package';
import type { Collections, Store } from '../../schema/mongo/connect';
import type { Viewer } from '../access/viewer';
import type { Clock } from '../clock';
import { type DiskRoom, ROOM_WITHOUT_END } from '../disk-room';
import { isDuplicateKey } from '../duplicate-key';
import { newFileId } from '../package-store/gridfs-store';
import type { PackageStore, StoredFile } from '../ports';
import { useProduct } from '../products/in-use';
import { requireProductOf } from '../products/require-product';
import type { CoreSettings } from '../settings';
import { serialized } from '../transaction';
import { checkedStream } from './checked-stream';
import type { NewPackage, PackageUpload } from './contract';
import { fileRoom } from './file-room';
import { type FilePlan, filePlanOf, type PackagePlan, planOf } from './new-package';
import { digestMismatch, fileTwice, noFile, ofFile, packageExists, packageQuota, tooManyFiles } from './refusals';
import { requireKeys, signerOf } from './signatures';
import { whileRecorded } from './upload-record';

/** Insertions of packages are serialized: who counts them must be who takes the room that is left. */
const INSERTS = 'package-insertions';

export interface PackageDeps {
  connection: Store['connection'];
  collections: Pick<Collections, 'packages' | 'products' | 'uploads' | 'tasks' | 'batches' | 'signingKeys' | 'settings'>;
  files: PackageStore;
  settings: Pick<CoreSettings, 'limits'>;
  clock: Clock;
  /** Without end when not given. */
  disk?: DiskRoom;
  /** R-PKG-8: adds the platform's signatures where the product's Secure Update is on. */
  presign?: (firmware: FirmwarePackage) => Promise<unknown>;
}

/** Cheap checks first, then the bytes of one file after the other, then the document: a package is seen when all its files are whole. */
export async function createPackage(
  deps: PackageDeps,
  viewer: Viewer,
  input: NewPackage,
  source: PackageUpload | AsyncIterable<PackageUpload>,
  { idempotency = null, expectedBytes = 0 }: { idempotency?: FirmwarePackage['idempotency']; expectedBytes?: number } = {},
): Promise<FirmwarePackage> {
  const { collections, settings } = deps;
  const uploads = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : only(source);
  const first = await nextOf(uploads);
  if (first === null) throw noFile();
  const { plan, firstFile } = planOf(input, first, settings.limits);
  await requireProductOf(viewer, collections.products, input.productKey);
  await requireRoom(deps, input, plan);
  if (!first.stored) await fileRoom(deps).require(expectedBytes);
  const firmware = await storeFiles(deps, input, { upload: first, plan: firstFile, uploads, stored: [] }, async (stored) =>
    insert(deps, { ...packageOf(viewer, input, plan, stored, deps.clock()), ...(idempotency && { idempotency }) }),
  );
  // What can't be signed now is signed when it is pushed, and says there why it can't.
  await deps.presign?.(firmware).catch(() => undefined);
  return firmware;
}

interface FileStep {
  upload: PackageUpload;
  plan: FilePlan;
  uploads: AsyncIterator<PackageUpload>;
  stored: readonly PackageFile[];
}

/** Each file inside the record of the one before: whatever fails, all that was stored goes, and a crash leaves a record of each. */
async function storeFiles<T>(
  deps: PackageDeps,
  input: NewPackage,
  step: FileStep,
  finish: (files: PackageFile[]) => Promise<T>,
): Promise<T> {
  const { collections, files, clock } = deps;
  const goOn = async (file: PackageFile): Promise<T> => {
    const stored = [...step.stored, file];
    const upload = await nextOf(step.uploads);
    if (upload === null) return await finish(stored);
    return await storeFiles(deps, input, { ...step, upload, plan: planOfFurther(upload, stored), stored }, finish);
  };
  // A file that was stored before has a record of its own, and outlives a refusal.
  const before = step.upload.stored;
  if (before) return goOn(await storeFile(deps, input.productKey, before.fileId, step));
  const fileId = newFileId();
  return whileRecorded(collections.uploads, fileId, clock, async () => {
    const file = await storeFile(deps, input.productKey, fileId, step);
    try {
      return await goOn(file);
    } catch (error) {
      await files.delete(fileId);
      throw error;
    }
  });
}

function planOfFurther(upload: PackageUpload, stored: readonly PackageFile[]): FilePlan {
  if (stored.length === FIXED_LIMITS.packageFiles) throw tooManyFiles();
  try {
    const plan = filePlanOf(upload);
    if (stored.some(({ name }) => name === upload.name)) throw fileTwice();
    return plan;
  } catch (error) {
    throw ofFile(error, stored.length);
  }
}

async function storeFile(deps: PackageDeps, productKey: string, fileId: string, { upload, plan, stored }: FileStep): Promise<PackageFile> {
  const { collections, files, settings } = deps;
  const { format, declared, signature } = plan;
  try {
    const keys = signature ? await requireKeys(collections.signingKeys, productKey) : [];
    const room = upload.stored ? ROOM_WITHOUT_END : fileRoom(deps);
    const bytes = checkedStream(upload.stream, { format, maximumBytes: settings.limits.fileBytes, room });
    const file = upload.stored ? await readThrough(bytes, upload.stored) : await files.put(fileId, bytes);
    try {
      if (declared && file[declared.algorithm] !== declared.hex) throw digestMismatch(declared.algorithm);
      return { ...file, name: upload.name, ...(signature && { signedBy: signerOf(keys, signature, file.sha256) }) };
    } catch (error) {
      if (!upload.stored) await files.delete(fileId);
      throw error;
    }
  } catch (error) {
    throw ofFile(await fileRoom(deps).cause(error), stored.length);
  }
}

async function readThrough(stream: Readable, file: StoredFile): Promise<StoredFile> {
  for await (const _ of stream);
  return file;
}

async function* only(upload: PackageUpload): AsyncGenerator<PackageUpload> {
  yield upload;
}

async function nextOf(uploads: AsyncIterator<PackageUpload>): Promise<PackageUpload | null> {
  const next = await uploads.next();
  if (next.done) return null;
  // The stream may fail while nobody reads it yet; reading it tells.
  next.value.stream.on('error', () => {});
  return next.value;
}

async function requireRoom(
  { collections, settings }: PackageDeps,
  { productKey, version }: NewPackage,
  { module }: PackagePlan,
): Promise<void> {
  const { packages } = collections;
  const same = await packages.findOne({ productKey, module, version }, { projection: { _id: 1 } });
  if (same) throw packageExists(module, version, same._id);
  if ((await packages.countDocuments()) >= settings.limits.packages) throw packageQuota(settings.limits.packages);
}

/** Two uploads of one version at the same time: the index lets one in. Two where there is room for one: they count one after the other. */
async function insert({ connection, collections, settings }: PackageDeps, document: FirmwarePackage): Promise<FirmwarePackage> {
  const { packages } = collections;
  try {
    await serialized({ connection, collections }, [INSERTS], async (session) => {
      if ((await packages.countDocuments({}, { session })) >= settings.limits.packages) throw packageQuota(settings.limits.packages);
      await useProduct(collections, document.productKey, session);
      await packages.insertOne(document, { session });
    });
    return document;
  } catch (error) {
    const { productKey, module, version } = document;
    const same = isDuplicateKey(error) ? await packages.findOne({ productKey, module, version }, { projection: { _id: 1 } }) : null;
    throw same ? packageExists(module, version, same._id) : error;
  }
}

function packageOf(viewer: Viewer, input: NewPackage, plan: PackagePlan, files: PackageFile[], now: Date): FirmwarePackage {
  return {
    _id: new mongo.ObjectId().toHexString(),
    name: input.name,
    productKey: input.productKey,
    module: plan.module,
    version: input.version,
    description: plan.description,
    ...(plan.customInfo !== '' && { customInfo: plan.customInfo }),
    digestAlgorithm: plan.digestAlgorithm,
    files,
    kind: plan.kind,
    sourceVersions: plan.sourceVersions,
    verification: { required: plan.verificationRequired, state: 'UNVERIFIED', verifiedAt: null },
    deletedAt: null,
    createdBy: viewer.actorId,
    createdAt: now,
  };
}
