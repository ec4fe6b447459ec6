import type { Readable } from 'node:stream';
import type { ImportRow } from '../../schema/model/device/device-import';
import type { Product } from '../../schema/model/product';
import type { Collections, Store } from '../../schema/mongo/connect';
import { type ImportPiece, ofAttempt, type StoredImport } from '../../schema/mongo/device-imports';
import { isOfProducts, withinProducts } from '../access/permissions/products';
import { requireRole } from '../access/require-role';
import type { Viewer } from '../access/viewer';
import type { Calls } from '../calls/calls';
import type { Clock } from '../clock';
import { openRows } from '../device-secrets/import-rows';
import { type DiskRoom, ROOM_WITHOUT_END } from '../disk-room';
import { keyViolation } from '../idempotency';
import { pageOf } from '../paging/page-of';
import { useProduct } from '../products/in-use';
import { requireProductOf } from '../products/require-product';
import { refuseIfAny } from '../refuse';
import type { Sealing } from '../sealing';
import type { CoreSettings } from '../settings';
import { transaction } from '../transaction';
import { beginImport, importIdFor, KEPT_MS, removeImport, UNFINISHED_MS } from './begin';
import { sumOf } from './check';
import type { DeviceImportService, ImportedSecret } from './contract';
import type { ImportCreation } from './creation';
import { digestOf, receiveFile } from './receive';
import { importUnfinished, importUnknown, notYours, otherInput, replaced, tooManyAtOnce } from './refusals';

/** Each holds 40 MB for a million names, as much again where a million rows name as many parents, and twice as much for a million LwM2M devices. */
const CHECKED_AT_ONCE = 2;

export interface DeviceImportDeps {
  connection: Store['connection'];
  collections: Collections;
  calls: Calls;
  settings: Pick<CoreSettings, 'limits'>;
  creation: ImportCreation;
  sealing: Sealing;
  /** Of the installation: what ids are made of that repeat. */
  idSecret: Uint8Array;
  clock: Clock;
  /** Without end when not given. */
  disk?: DiskRoom;
}

export function createDeviceImportService(deps: DeviceImportDeps): DeviceImportService {
  const { connection, collections, calls, settings, creation, sealing, idSecret, clock, disk = ROOM_WITHOUT_END } = deps;
  const { deviceImports, deviceImportPieces, deviceImportProblems, products } = collections;
  const within = (ms: number): Date => new Date(clock().getTime() + ms);
  let checking = 0;

  /** Checked as a whole: refused, or from here on it ends by creating devices. */
  async function decide({ products: visible }: Viewer, begun: StoredImport, product: Product, file: Readable): Promise<StoredImport> {
    const checked = await receiveFile(
      { collections, limits: settings.limits, sealing, clock, disk, products: visible },
      begun,
      product,
      file,
    ).finally(() => {
      checking -= 1;
    });
    const refused = checked.valid === 0 || (!begun.skipInvalid && sumOf(checked.problems) > 0);
    const { _id, attempt } = begun;
    if (refused) await deviceImportPieces.deleteMany(ofAttempt(begun));
    const ended = refused ? { endedAt: clock(), expiresAt: within(KEPT_MS) } : { expiresAt: within(KEPT_MS) };
    const decided = await deviceImports.findOneAndUpdate(
      { _id, attempt, status: 'CHECKING' },
      { $set: { ...checked, ...ended, status: refused ? 'REFUSED' : 'CREATING', renewedAt: clock() } },
      { returnDocument: 'after' },
    );
    if (decided === null) throw replaced();
    return decided;
  }

  const freeing = (error: unknown): never => {
    checking -= 1;
    throw error;
  };

  /** A deletion of the product at this very moment sees the import, or the import finds it gone. */
  async function seen(begun: StoredImport): Promise<StoredImport> {
    try {
      await transaction({ connection }, (session) => useProduct(collections, begun.productKey, session));
      return begun;
    } catch (error) {
      await removeImport(collections, begun);
      throw error;
    }
  }

  /** Sent again: the import as it is, when it is the same file. */
  async function repeated(found: StoredImport, input: Parameters<DeviceImportService['create']>[1], file: Readable): Promise<StoredImport> {
    const isSame = found.productKey === input.productKey && found.skipInvalid === (input.skipInvalid ?? false);
    if (!isSame || (await digestOf(file)) !== found.digest) throw otherInput(found._id);
    return found;
  }

  async function ownFinished(viewer: Viewer, id: string): Promise<StoredImport> {
    requireRole(viewer, 'OPERATOR');
    const found = await deviceImports.findOne({ _id: id, status: { $ne: 'EXPIRED' } });
    if (found === null || !isOfProducts(viewer, found.productKey)) throw importUnknown();
    if (found.createdBy !== viewer.actorId && viewer.role !== 'ADMINISTRATOR') throw notYours();
    if (found.endedAt === null) throw importUnfinished();
    return found;
  }

  return {
    async create(viewer, input, file) {
      requireRole(viewer, 'OPERATOR');
      refuseIfAny([keyViolation(input.idempotencyKey, 'file')]);
      const product = await requireProductOf(viewer, products, input.productKey);
      const id = await importIdFor(collections, idSecret, viewer, input);
      const found = await deviceImports.findOne({ _id: id, status: { $in: ['CREATING', 'FINISHED'] } });
      if (found) return repeated(found, input, file);
      await disk.require();
      if (checking >= CHECKED_AT_ONCE) throw tooManyAtOnce(CHECKED_AT_ONCE);
      checking += 1;
      const begun = await beginImport(collections, viewer, id, input, clock(), within(UNFINISHED_MS)).then(seen).catch(freeing);
      const decided = await decide(viewer, begun, product, file).catch(async (error: unknown) => {
        await removeImport(collections, begun);
        throw await disk.cause(error);
      });
      if (decided.status === 'CREATING') creation.start(decided._id);
      return decided;
    },
    get: (id) => deviceImports.findOne({ _id: id, status: { $ne: 'EXPIRED' } }),
    list({ products: visible }, { productKey, status }, page) {
      const known = { ...(productKey && { productKey }), status: { $ne: 'EXPIRED' as const, ...(status && { $eq: status }) } };
      return pageOf(deviceImports, withinProducts(known, visible), { createdAt: -1 }, page, settings.limits);
    },
    async problems(viewer, id) {
      requireRole(viewer, 'OPERATOR');
      const found = await deviceImports.findOne({ _id: id, status: { $ne: 'EXPIRED' } }, { projection: { attempt: 1, productKey: 1 } });
      if (found === null || !isOfProducts(viewer, found.productKey)) throw importUnknown();
      return deviceImportProblems.find(ofAttempt(found)).sort({ _id: 1 });
    },
    async secrets(viewer, id) {
      const found = await ownFinished(viewer, id);
      return secretsIn(sealing, deviceImportPieces.find(ofAttempt(found), { batchSize: 10 }).sort({ _id: 1 }));
    },
    async forget(viewer, id, idempotencyKey) {
      requireRole(viewer, 'OPERATOR');
      const forgotten = await calls.once<StoredImport, StoredImport>(
        viewer,
        { mutation: 'forgetDeviceImport', idempotencyKey, input: { id } },
        {
          async make(note) {
            const found = await ownFinished(viewer, id);
            await transaction({ connection }, async (session) => {
              const { attempt } = found;
              await deviceImports.updateOne({ _id: id, attempt }, { $set: { status: 'EXPIRED', expiresAt: new Date(0) } }, { session });
              await note(session, found);
            });
            return found;
          },
          again: async (found) => found,
        },
      );
      // Also when this is a repeat: the call before may have come no further than the store.
      await removeImport(collections, forgotten);
      return forgotten;
    },
  };
}

async function* secretsIn(sealing: Sealing, pieces: AsyncIterable<ImportPiece>): AsyncGenerator<ImportedSecret> {
  for await (const piece of pieces) for (const row of openRows(sealing, piece)) yield secretOf(row);
}

function secretOf({ deviceName, secret, untold, keyMade, lwm2m }: ImportRow): ImportedSecret {
  const { identity = '', key = '' } = (keyMade && lwm2m?.psks[0]) || {};
  return { deviceName, secret: untold ? '' : secret, pskIdentity: identity, pskKey: key };
}
