import { randomBytes } from 'node:crypto';
import { certificateViolations } from '../../schema/model/device/certificate';
import {
  type DeviceImportProblem,
  IMPORT_PROBLEMS,
  type ImportProblem,
  type ImportRow,
  noProblems,
} from '../../schema/model/device/device-import';
import { deviceIdOf } from '../../schema/model/ids';
import type { Limits } from '../../schema/model/limits';
import { deviceNameViolation, deviceSecretViolation } from '../../schema/model/names';
import type { Dialect } from '../../schema/model/protocol/dialect';
import type { Violation } from '../../schema/model/violation';
import { type Columns, deviceOfRow } from '../device-files/columns';
import type { FileRow } from '../device-files/rows-of';
import { attributeViolations } from '../devices/attributes';
import { secretTold } from '../devices/certificates';
import type { NewDevice } from '../devices/contract';
import type { IdLookup } from '../devices/stored-ids';
import { PARENT_MISSING } from './refusals';
import type { SeenNames } from './seen-names';

const SHOWN = 64;
/** 128 bits, as registration makes them. */
const SECRET_BYTES = 16;

/** With names that a file brings: whether the row names a parent. */
const ON_ITS_OWN = 1;
export const BEHIND = 2;

export interface CheckedRows {
  valid: ImportRow[];
  wrong: DeviceImportProblem[];
}

export interface FileOfDevices {
  attempt: string;
  /** Of the address the file was sent to. */
  productKey: string;
  columns: Columns;
}

/** A row that can become a device, or why it cannot; whether its name is taken is looked up for many at once. */
function checkRow(
  { attempt, productKey, columns }: FileOfDevices,
  { row, cells }: FileRow,
  limits: Pick<Limits, 'deviceTags'>,
): NewDevice | DeviceImportProblem {
  const tell = (value: string, problem: ImportProblem, text: string): DeviceImportProblem => problemOf(attempt, row, value, problem, text);
  const device = deviceOfRow(columns, cells);
  if (typeof device === 'string') return tell(cells[0] ?? '', 'COLUMNS', device);
  const { productKey: named = productKey, ...newDevice } = device;
  if (named !== productKey) return tell(device.deviceName, 'PRODUCT', 'The row names another product than the address.');
  const wrong = violationOf(newDevice, limits);
  return wrong === null ? newDevice : tell(device.deviceName, wrong[0], wrong[1].message);
}

function violationOf(device: NewDevice, limits: Pick<Limits, 'deviceTags'>): [ImportProblem, Violation] | null {
  const ofName = deviceNameViolation(device.deviceName, '');
  if (ofName) return ['NAME', ofName];
  const ofSecret = device.secret == null ? null : deviceSecretViolation(device.secret, '');
  if (ofSecret) return ['SECRET', ofSecret];
  const [ofCertificates] = certificateViolations(device.certificateFingerprints ?? [], '');
  if (ofCertificates) return ['CERTIFICATES', ofCertificates];
  if (device.parent?.deviceName === '') return ['GATEWAY_UNKNOWN', PARENT_MISSING];
  if (!device.region && !device.tags) return null;
  const [first] = attributeViolations({ region: device.region, tags: device.tags ?? undefined }, '', limits).filter(Boolean);
  return first ? [first.field?.startsWith('region') ? 'REGION' : 'TAGS', first] : null;
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
  file: FileOfDevices & { seen: SeenNames; dialect: Dialect },
  rows: readonly FileRow[],
  limits: Pick<Limits, 'deviceTags'>,
): CheckedRows {
  const { attempt, seen, dialect } = file;
  const wrong: DeviceImportProblem[] = [];
  const valid: ImportRow[] = [];
  const secrets = randomBytes(rows.length * SECRET_BYTES).toString('hex');
  for (const [index, row] of rows.entries()) {
    const checked = checkRow(file, row, limits);
    if (isProblem(checked)) wrong.push(checked);
    else if (!seen.addIfNew(checked.deviceName, checked.parent ? BEHIND : ON_ITS_OWN))
      wrong.push(problemOf(attempt, row.row, checked.deviceName, 'DUPLICATE', 'An earlier row has this name.'));
    else valid.push(rowOf(row.row, checked, dialect, secrets.slice(2 * SECRET_BYTES * index, 2 * SECRET_BYTES * (index + 1))));
  }
  return { valid, wrong };
}

/** The same without the rows whose device the product has. */
export async function withoutStored(
  stored: IdLookup,
  { attempt, productKey }: { attempt: string; productKey: string },
  { valid, wrong }: CheckedRows,
): Promise<CheckedRows> {
  const found = await stored(valid.map(({ deviceName }) => deviceIdOf(productKey, deviceName)));
  if (found.size === 0) return { valid, wrong };
  const isStored = ({ deviceName }: ImportRow): boolean => found.has(deviceIdOf(productKey, deviceName));
  const taken = valid.filter(isStored).map(({ row, deviceName }) => existsAlready(attempt, row, deviceName));
  return { valid: valid.filter((row) => !isStored(row)), wrong: [...wrong, ...taken] };
}

export const existsAlready = (attempt: string, row: number, deviceName: string): DeviceImportProblem =>
  problemOf(attempt, row, deviceName, 'EXISTS', 'The product has a device with this name already.');

const rowOf = (row: number, checked: NewDevice, dialect: Dialect, made: string): ImportRow => {
  const { deviceName, secret, certificateFingerprints, parent, region, tags } = checked;
  return {
    row,
    deviceName,
    secret: secret ?? made,
    ...(secretTold(checked, { secret: made, dialect }) === null && { untold: true }),
    ...(certificateFingerprints && { certificateFingerprints: [...certificateFingerprints] }),
    ...(parent && { parent: { deviceName: parent.deviceName, ...(parent.productKey && { productKey: parent.productKey }) } }),
    ...(region && { region }),
    ...(tags && { tags: [...tags] }),
  };
};

export function countProblems(problems: Record<ImportProblem, number>, wrong: readonly DeviceImportProblem[]): void {
  for (const { problem } of wrong) problems[problem] += 1;
}

export const sumOf = (problems: Record<ImportProblem, number> = noProblems()): number =>
  IMPORT_PROBLEMS.reduce((sum, problem) => sum + (problems[problem] ?? 0), 0);
