import type { DeviceImportProblem, ImportProblem, ImportRow } from '../../schema/model/device/device-import';
import type { ErrorCode } from '../../schema/model/error-codes';
import type { Device, Product } from '../../schema/model/fleet';
import { type DeviceId, deviceNameOf, productKeyOf } from '../../schema/model/ids';
import type { Limits } from '../../schema/model/limits';
import type { Collections } from '../../schema/mongo/connect';
import { attemptId, ofAttempt, type StoredImport } from '../../schema/mongo/device-imports';
import { openRows, sealedRows } from '../device-secrets/import-rows';
import { type Binding, bindingOf, bindingViolation, countViolation, type Relatives } from '../devices/children/rules';
import type { Sealing } from '../sealing';
import { BEHIND, problemOf } from './check';
import { createSeenNames, type SeenNames } from './seen-names';

type Gateway = Pick<Device, '_id' | 'dialect' | 'parentId' | 'children'>;

export interface GatewayCheckDeps {
  collections: Collections;
  limits: Pick<Limits, 'gatewayChildren'>;
  sealing: Sealing;
}

/** What a device cannot be bound for, as a row's problem. */
const PROBLEMS: Partial<Record<ErrorCode, ImportProblem>> = {
  DEVICE_UNKNOWN: 'GATEWAY_UNKNOWN',
  GATEWAY_LEVELS: 'GATEWAY_LEVELS',
  GATEWAY_DIALECT: 'GATEWAY_DIALECT',
  TOO_MANY: 'GATEWAY_FULL',
};

/** Null: it is no such refusal. */
export function gatewayProblem(of: StoredImport, { row, deviceName }: ImportRow, refused: { code: ErrorCode; message: string }) {
  const problem = PROBLEMS[refused.code];
  return problem ? problemOf(attemptId(of), row, deviceName, problem, refused.message) : null;
}

/**
 * Once all names of the file are known: the rows that name a gateway, piece after piece in the order of the file. What is wrong is
 * answered; it is out of the pieces then. A gateway may come before or after its children: as it names none itself, it is not refused here.
 */
export async function* checkGateways(
  { collections, limits, sealing }: GatewayCheckDeps,
  of: StoredImport,
  product: Pick<Product, '_id' | 'dialect'>,
  seen: SeenNames,
): AsyncGenerator<DeviceImportProblem[]> {
  const { devices, deviceImportPieces } = collections;
  /** How many rows were bound to each so far. */
  const children = createSeenNames();

  const relativesOf = ({ gateway }: Binding, stored: ReadonlyMap<DeviceId, Gateway>): Relatives => {
    const child = { dialect: product.dialect };
    const found = gateway === null ? undefined : stored.get(gateway);
    if (found) return { child, parent: { dialect: found.dialect, isChild: Boolean(found.parentId) } };
    const named = gateway !== null && productKeyOf(gateway) === product._id ? seen.numberOf(deviceNameOf(gateway)) : 0;
    return { child, parent: named === 0 ? undefined : { dialect: product.dialect, isChild: named === BEHIND } };
  };

  function problemIn(row: ImportRow, stored: ReadonlyMap<DeviceId, Gateway>): DeviceImportProblem | null {
    const binding = bindingOf(product._id, row, 'gateway');
    if (binding === null) return null;
    const among = (stored.get(binding.gateway)?.children ?? 0) + children.numberOf(binding.gateway) + 1;
    const refused = bindingViolation(binding, relativesOf(binding, stored)) ?? countViolation(among, binding, limits.gatewayChildren);
    if (refused) return gatewayProblem(of, row, refused);
    children.count(binding.gateway);
    return null;
  }

  for await (const piece of deviceImportPieces.find(ofAttempt(of), { batchSize: 10 }).sort({ _id: 1 })) {
    const rows = openRows(sealing, piece);
    const gateways = new Set(rows.flatMap((row) => bindingOf(product._id, row, 'gateway')?.gateway ?? []));
    if (gateways.size === 0) continue;
    const stored = await devices
      .find({ _id: { $in: [...gateways] } })
      .project<Gateway>({ dialect: 1, parentId: 1, children: 1 })
      .toArray();
    const byId = new Map(stored.map((device) => [device._id, device]));
    const wrong = rows.map((row) => problemIn(row, byId));
    const kept = rows.filter((_, index) => wrong[index] === null);
    if (kept.length < rows.length)
      await deviceImportPieces.updateOne({ _id: piece._id }, { $set: { sealedRows: sealedRows(sealing, piece._id, kept) } });
    yield wrong.filter((problem) => problem !== null);
  }
}
