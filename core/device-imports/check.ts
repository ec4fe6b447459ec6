import { randomBytes } from 'node:crypto';
import { certificateViolations } from '../../schema/model/device/certificate';
import {
  type DeviceImportProblem,
  IMPORT_PROBLEMS,
  type ImportProblem,
  type ImportProblemCounts,
  type ImportRow,
  noProblems,
} from '../../schema/model/device/device-import';
import { deviceIdOf, productKeyOf } from '../../schema/model/ids';
import type { Limits } from '../../schema/model/limits';
import { deviceNameViolation, deviceSecretViolation, ownerViolation } from '../../schema/model/names';
import type { Product } from '../../schema/model/product';
import { DIALECTS, type Dialect } from '../../schema/model/protocol/dialect';
import type { Violation } from '../../schema/model/violation';
import type { Collections } from '../../schema/mongo/connect';
import { type Columns, deviceOfRow } from '../device-files/columns';
import type { FileRow } from '../device-files/rows-of';
import { attributeViolations } from '../devices/attributes';
import { secretTold } from '../devices/certificates';
import type { NewDevice } from '../devices/contract';
import { newIdentityViolations, type SettledIdentity, settledIdentity } from '../devices/lwm2m/new-identity';
import { byAnotherProduct, ownersOf, takenViolations } from '../devices/lwm2m/taken';
import type { IdLookup } from '../devices/stored-ids';
import { DIALECT_UNKNOWN, PARENT_MISSING } from './refusals';
import { numberOf } from './row-number';
import type { SeenNames } from './seen-names';

const SHOWN = 64;
/** 128 bits, as registration makes them. */
const SECRET_BYTES = 16;

type RowLimits = Pick<Limits, 'deviceTags' | 'pskBytesMinimum'>;

export interface CheckedRows {
  valid: ImportRow[];
  wrong: DeviceImportProblem[];
}

export interface FileOfDevices {
  attempt: string;
  /** Of the address the file was sent to. */
  productKey: string;
  columns: Columns;
  product: Pick<Product, 'dialect' | 'plainCoap'>;
}

/** A row that can become a device, or why it cannot; whether its name is taken is looked up for many at once. */
function checkRow(
  { attempt, productKey, columns, product }: FileOfDevices,
  { row, cells }: FileRow,
  limits: RowLimits,
): NewDevice | DeviceImportProblem {
  const tell = (value: string, problem: ImportProblem, text: string): DeviceImportProblem => problemOf(attempt, row, value, problem, text);
  const device = deviceOfRow(columns, cells);
  if (typeof device === 'string') return tell(cells[0] ?? '', 'COLUMNS', device);
  const { productKey: named = productKey, ...newDevice } = device;
  if (named !== productKey) return tell(device.deviceName, 'PRODUCT', 'The row names another product than the address.');
  const wrong = violationOf(newDevice, product, limits);
  return wrong === null ? newDevice : tell(device.deviceName, wrong[0], wrong[1].message);
}

function violationOf(device: NewDevice, product: FileOfDevices['product'], limits: RowLimits): [ImportProblem, Violation] | null {
  const ofName = deviceNameViolation(device.deviceName, '');
  if (ofName) return ['NAME', ofName];
  if (device.dialect && !DIALECTS.includes(device.dialect)) return ['DIALECT', DIALECT_UNKNOWN];
  const ofSecret = device.secret == null ? null : deviceSecretViolation(device.secret, '');
  if (ofSecret) return ['SECRET', ofSecret];
  const [ofCertificates] = certificateViolations(device.certificateFingerprints ?? [], '');
  if (ofCertificates) return ['CERTIFICATES', ofCertificates];
  const [ofIdentity] = newIdentityViolations(device, product, '', limits);
  if (ofIdentity) return [identityProblem(ofIdentity), ofIdentity];
  if (device.parent?.deviceName === '') return ['GATEWAY_UNKNOWN', PARENT_MISSING];
  const ofOwner = device.owner == null ? null : ownerViolation(device.owner, '');
  if (ofOwner) return ['OWNER', ofOwner];
  if (!device.region && !device.tags) return null;
  const [first] = attributeViolations({ region: device.region, tags: device.tags ?? undefined }, '', limits).filter(Boolean);
  return first ? [first.field?.startsWith('region') ? 'REGION' : 'TAGS', first] : null;
}

/** As a row's problem. */
function identityProblem({ code, field }: Violation): ImportProblem {
  if (code === 'IDENTITY_DIALECT') return 'DIALECT';
  if (code === 'CERTIFICATE_DIALECT') return 'CERTIFICATES';
  return field.endsWith('endpoint') ? 'ENDPOINT' : 'PSK';
}

/** `attempt`: what the ids of the upload's problems begin with. */
export const problemOf = (attempt: string, row: number, value: string, problem: ImportProblem, text: string): DeviceImportProblem => ({
  _id: `${attempt}.${String(row).padStart(10, '0')}`,
  row,
  value: value.slice(0, SHOWN),
  problem,
  text,
});

const isProblem = (checked: NewDevice | DeviceImportProblem): checked is DeviceImportProblem => 'problem' in checked;

/** Sorts rows in their order. What the store has already is not known yet. */
export function checkRows(
  file: FileOfDevices & { seen: SeenNames; identities: SeenNames },
  rows: readonly FileRow[],
  limits: RowLimits,
): CheckedRows {
  const { attempt, seen, identities, product } = file;
  const wrong: DeviceImportProblem[] = [];
  const valid: ImportRow[] = [];
  const secrets = randomBytes(rows.length * SECRET_BYTES).toString('hex');
  for (const [index, row] of rows.entries()) {
    const checked = checkRow(file, row, limits);
    if (isProblem(checked)) {
      wrong.push(checked);
      continue;
    }
    const tell = (problem: ImportProblem, text: string) => wrong.push(problemOf(attempt, row.row, checked.deviceName, problem, text));
    const dialect = checked.dialect ?? product.dialect;
    if (!seen.addIfNew(checked.deviceName, numberOf({ dialect, isChild: checked.parent != null }))) {
      tell('DUPLICATE', 'An earlier row has this name.');
      continue;
    }
    const identity = settledIdentity(checked, product);
    const repeated = identity && repeatedIdentity(identities, identity);
    if (repeated) tell(...repeated);
    else valid.push(rowOf(row.row, checked, dialect, identity, secrets.slice(2 * SECRET_BYTES * index, 2 * SECRET_BYTES * (index + 1))));
  }
  return { valid, wrong };
}

/** Names of both kinds are in one table. */
function repeatedIdentity(identities: SeenNames, { endpoint, psks }: SettledIdentity): [ImportProblem, string] | null {
  if (!identities.addIfNew(`e ${endpoint}`)) return ['ENDPOINT', 'An earlier row has this endpoint name.'];
  const isNew = psks.map(({ identity }) => identities.addIfNew(`i ${identity}`));
  return isNew.every(Boolean) ? null : ['PSK', 'An earlier row has this PSK identity.'];
}

/** The same without the rows whose device the product has, and those whose endpoint name or PSK identity is another device's. */
export async function withoutStored(
  devices: Collections['devices'],
  stored: IdLookup,
  { attempt, productKey }: { attempt: string; productKey: string },
  { valid, wrong }: CheckedRows,
): Promise<CheckedRows> {
  const found = await stored(valid.map(({ deviceName }) => deviceIdOf(productKey, deviceName)));
  const isStored = ({ deviceName }: ImportRow): boolean => found.has(deviceIdOf(productKey, deviceName));
  const names = valid.filter(isStored).map(({ row, deviceName }) => existsAlready(attempt, row, deviceName));
  const others = valid.filter((row) => !isStored(row));
  const identities = await identitiesTaken(devices, { attempt, productKey }, others);
  const taken = new Set(identities.map(({ row }) => row));
  return { valid: others.filter(({ row }) => !taken.has(row)), wrong: [...wrong, ...names, ...identities] };
}

/** The rows whose endpoint name or PSK identity another device has: those of other products are not named, since not everybody may know of them. */
export async function identitiesTaken(
  devices: Collections['devices'],
  { attempt, productKey }: { attempt: string; productKey: string },
  rows: readonly ImportRow[],
): Promise<DeviceImportProblem[]> {
  const wanted = rows.flatMap(({ row, deviceName, lwm2m }) =>
    lwm2m ? [{ row, deviceName, deviceId: deviceIdOf(productKey, deviceName), ...lwm2m, path: '' }] : [],
  );
  if (wanted.length === 0) return [];
  const owners = await ownersOf(devices, wanted);
  return wanted.flatMap((each) => {
    const [first] = takenViolations([each], owners);
    if (!first) return [];
    const { message, conflictingId = '' } = first;
    const text = productKeyOf(conflictingId) === productKey ? message : byAnotherProduct(message, conflictingId);
    return [problemOf(attempt, each.row, each.deviceName, identityProblem(first), text)];
  });
}

export const existsAlready = (attempt: string, row: number, deviceName: string): DeviceImportProblem =>
  problemOf(attempt, row, deviceName, 'EXISTS', 'The product has a device with this name already.');

const rowOf = (row: number, checked: NewDevice, dialect: Dialect, identity: SettledIdentity | null, made: string): ImportRow => {
  const { deviceName, secret, certificateFingerprints, parent, region, tags, owner } = checked;
  return {
    row,
    deviceName,
    secret: secret ?? made,
    ...(secretTold(checked, { secret: made, dialect }) === null && { untold: true }),
    ...(checked.dialect && { dialect }),
    ...(identity && { lwm2m: { endpoint: identity.endpoint, psks: identity.psks } }),
    ...(identity?.made && { keyMade: true }),
    ...(certificateFingerprints && { certificateFingerprints: [...certificateFingerprints] }),
    ...(parent && { parent: { deviceName: parent.deviceName, ...(parent.productKey && { productKey: parent.productKey }) } }),
    ...(region && { region }),
    ...(tags && { tags: [...tags] }),
    ...(owner != null && { owner }),
  };
};

export function countProblems(problems: ImportProblemCounts, wrong: readonly DeviceImportProblem[]): void {
  for (const { problem } of wrong) problems[problem] = (problems[problem] ?? 0) + 1;
}

export const sumOf = (problems: ImportProblemCounts = noProblems()): number =>
  IMPORT_PROBLEMS.reduce((sum, problem) => sum + (problems[problem] ?? 0), 0);
