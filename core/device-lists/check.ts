import type { DeviceListProblem, ListProblem } from '../../schema/model/device/device-list';
import { deviceIdOf } from '../../schema/model/ids';
import { deviceNameViolation } from '../../schema/model/names';
import type { Collections } from '../../schema/mongo/connect';
import { type Columns, deviceOfRow, type RowDevice } from '../device-files/columns';
import type { FileRow } from '../device-files/rows-of';
import type { IdLookup } from '../devices/stored-ids';
import { BULK, insertNew } from '../insert-new';

const SHOWN = 64;

export type Problems = Record<ListProblem, number>;
interface NamedRow {
  row: number;
  name: string;
}

/** Keeps the rows that name a device of the product for the first time, and says why of the others. */
export async function checkRows(
  collections: Collections,
  { listId, productKey, columns }: { listId: string; productKey: string; columns: Columns },
  rows: readonly FileRow[],
  problems: Problems,
  stored: IdLookup,
): Promise<void> {
  const wrong: DeviceListProblem[] = [];
  const tell = (row: number, value: string, problem: ListProblem, text: string): void => {
    problems[problem] += 1;
    wrong.push({ _id: `${listId}.${String(row).padStart(10, '0')}`, row, value: value.slice(0, SHOWN), problem, text });
  };
  const named: NamedRow[] = [];
  for (const { row, cells } of rows) {
    const device = deviceOfRow(columns, cells);
    if (typeof device === 'string') {
      tell(row, cells.join(','), 'INVALID', device);
      continue;
    }
    const text = wrongName(device, productKey);
    if (text !== null) tell(row, cells.join(','), 'INVALID', text);
    else named.push({ row, name: device.deviceName });
  }
  const known = await stored(named.map(({ name }) => deviceIdOf(productKey, name)));
  for (const { row, name } of named)
    if (!known.has(deviceIdOf(productKey, name))) tell(row, name, 'UNKNOWN', 'The product has no device with this name.');
  const kept = named.filter(({ name }) => known.has(deviceIdOf(productKey, name)));
  const repeated = await insertNew(
    collections.deviceListRows,
    kept.map(({ name }) => ({ _id: `${listId}.${name}`, deviceId: deviceIdOf(productKey, name) })),
  );
  for (const index of repeated) {
    const each = kept[index];
    if (each) tell(each.row, each.name, 'DUPLICATE', 'An earlier row has this name.');
  }
  // No two rows begin on one line.
  if (wrong.length > 0) await collections.deviceListProblems.insertMany(wrong, BULK);
}

/** Whatever else a row says of its device is not looked at: the file may be an export. */
function wrongName({ deviceName, productKey: named }: RowDevice, productKey: string): string | null {
  if (named !== undefined && named !== productKey) return 'The row names another product than the address.';
  return deviceNameViolation(deviceName, '')?.message ?? null;
}
