import type { mongo } from 'mongoose';
import type { Device } from '../../schema/model/device/device';
import type { DeviceImportProblem, ImportProblem, ImportRow } from '../../schema/model/device/device-import';
import type { ErrorCode } from '../../schema/model/error-codes';
import { type DeviceId, deviceNameOf, productKeyOf } from '../../schema/model/ids';
import type { Limits } from '../../schema/model/limits';
import type { Product } from '../../schema/model/product';
import type { Collections } from '../../schema/mongo/connect';
import { attemptId, ofAttempt, type StoredImport } from '../../schema/mongo/device-imports';
import type { StoredDevice } from '../../schema/mongo/devices';
import { type Products, withinIdsOfProducts } from '../access/permissions/products';
import { openRows, sealedRows } from '../device-secrets/import-rows';
import { type Binding, bindingOf, bindingViolation, countViolation, type Relatives } from '../devices/children/rules';
import type { Sealing } from '../sealing';
import { problemOf } from './check';
import { rowOfNumber } from './row-number';
import { createSeenNames, type SeenNames } from './seen-names';

type Parent = Pick<Device, '_id' | 'dialect' | 'parentId' | 'children'>;

export interface ParentCheckDeps {
  collections: Collections;
  limits: Pick<Limits, 'gatewayChildren'>;
  sealing: Sealing;
  /** Of whoever sends the file: a parent of another product is none to them. */
  products: Products;
}

/** What a device cannot be bound for, as a row's problem. */
const PROBLEMS: Partial<Record<ErrorCode, ImportProblem>> = {
  DEVICE_UNKNOWN: 'GATEWAY_UNKNOWN',
  GATEWAY_LEVELS: 'GATEWAY_LEVELS',
  GATEWAY_DIALECT: 'GATEWAY_DIALECT',
  TOO_MANY: 'GATEWAY_FULL',
};

/** Null: it is no such refusal. */
export function parentProblem(of: StoredImport, { row, deviceName }: ImportRow, refused: { code: ErrorCode; message: string }) {
  const problem = PROBLEMS[refused.code];
  return problem ? problemOf(attemptId(of), row, deviceName, problem, refused.message) : null;
}

/**
 * Once all names of the file are known: the rows that name a parent, piece after piece in the order of the file. What is wrong is
 * answered; it is out of the pieces then. A parent may come before or after its children: as it names none itself, it is not refused here.
 */
export async function* checkParents(
  { collections, limits, sealing, products }: ParentCheckDeps,
  of: StoredImport,
  product: Pick<Product, '_id' | 'dialect'>,
  seen: SeenNames,
): AsyncGenerator<DeviceImportProblem[]> {
  const { devices, deviceImportPieces } = collections;
  /** How many rows were bound to each so far. */
  const children = createSeenNames();

  const relativesOf = (
    { parentId }: Binding,
    { dialect = product.dialect }: ImportRow,
    stored: ReadonlyMap<DeviceId, Parent>,
  ): Relatives => {
    const child = { dialect };
    const found = parentId === null ? undefined : stored.get(parentId);
    if (found) return { child, parent: { dialect: found.dialect, isChild: Boolean(found.parentId) } };
    const named = parentId !== null && productKeyOf(parentId) === product._id ? seen.numberOf(deviceNameOf(parentId)) : 0;
    return { child, parent: rowOfNumber(named) ?? undefined };
  };

  function problemIn(row: ImportRow, stored: ReadonlyMap<DeviceId, Parent>): DeviceImportProblem | null {
    const binding = bindingOf(product._id, row, 'parent');
    if (binding === null) return null;
    const among = (stored.get(binding.parentId)?.children ?? 0) + children.numberOf(binding.parentId) + 1;
    const refused = bindingViolation(binding, relativesOf(binding, row, stored)) ?? countViolation(among, binding, limits.gatewayChildren);
    if (refused) return parentProblem(of, row, refused);
    children.count(binding.parentId);
    return null;
  }

  for await (const piece of deviceImportPieces.find(ofAttempt(of), { batchSize: 10 }).sort({ _id: 1 })) {
    const rows = openRows(sealing, piece);
    const parents = new Set(rows.flatMap((row) => bindingOf(product._id, row, 'parent')?.parentId ?? []));
    if (parents.size === 0) continue;
    const stored = await devices
      .find(withinIdsOfProducts<mongo.Filter<StoredDevice>>({ _id: { $in: [...parents] } }, products))
      .project<Parent>({ dialect: 1, parentId: 1, children: 1 })
      .toArray();
    const byId = new Map(stored.map((device) => [device._id, device]));
    const wrong = rows.map((row) => problemIn(row, byId));
    const kept = rows.filter((_, index) => wrong[index] === null);
    if (kept.length < rows.length)
      await deviceImportPieces.updateOne({ _id: piece._id }, { $set: { sealedRows: sealedRows(sealing, piece._id, kept) } });
    yield wrong.filter((problem) => problem !== null);
  }
}
