import type { DeviceTag, NewDevice } from '../device-sets';
import { UserError } from '../errors';

/** Fills one field of a device from a cell that is not empty. */
type Column = (device: NewDevice, cell: string) => void;

export interface Columns {
  /** Whether the first row names them, and so is no device. */
  named: boolean;
  of: readonly Column[];
}

/** In a cell there may be several. */
const SEPARATOR = ';';

type Region = NonNullable<NewDevice['region']>;
const regionOf = (device: NewDevice): Region => {
  device.region ??= { province: '', city: '' };
  return device.region;
};

type Gateway = NonNullable<NewDevice['gateway']>;
const gatewayOf = (device: NewDevice): Gateway => {
  device.gateway ??= { deviceName: '' };
  return device.gateway;
};

const name: Column = (device, cell) => {
  device.deviceName = cell;
};
const BY_NAME: Record<string, Column> = {
  devicename: name,
  secret: (device, cell) => {
    device.secret = cell;
  },
  certificatefingerprints: (device, cell) => {
    device.certificateFingerprints = cell.split(SEPARATOR).map((each) => each.trim());
  },
  gateway: (device, cell) => {
    gatewayOf(device).deviceName = cell;
  },
  'gateway.productkey': (device, cell) => {
    gatewayOf(device).productKey = cell;
  },
  province: (device, cell) => {
    regionOf(device).province = cell;
  },
  city: (device, cell) => {
    regionOf(device).city = cell;
  },
};

const TAG = 'tag.';
const tagColumn =
  (key: string): Column =>
  (device, value) => {
    const tags = (device.tags ?? []) as DeviceTag[];
    tags.push({ key, value });
    device.tags = tags;
  };

export const isHead = (first: readonly string[]): boolean => first.some((title) => title.trim().toLowerCase() === 'devicename');

/** What the cells of a file mean, by its first row: names of columns in any order, or a device's name alone. Throws IMPORT_COLUMNS. */
export function columnsOf(first: readonly string[]): Columns {
  const titles = first.map((title) => title.trim());
  if (!isHead(first)) return { named: false, of: [name] };
  const keys = titles.map((title) => (isTag(title) ? title : title.toLowerCase()));
  const twice = keys.find((key, index) => key !== '' && keys.indexOf(key) < index);
  if (twice !== undefined) throw columnRefused(twice, 'is there twice');
  const of = keys.map((key) => {
    // A spreadsheet may leave empty columns behind the last.
    if (key === '') return () => undefined;
    const column = isTag(key) ? tagColumn(key.slice(TAG.length)) : Object.hasOwn(BY_NAME, key) ? BY_NAME[key] : undefined;
    if (column === undefined) throw columnRefused(key, 'is not one that is taken');
    return column;
  });
  return { named: true, of };
}

const isTag = (title: string): boolean => title.toLowerCase().startsWith(TAG);

/** The device of a row, not checked yet; null when the row has more cells than there are columns. */
export function deviceOfRow(columns: Columns, cells: readonly string[]): NewDevice | null {
  const device: NewDevice = { deviceName: '' };
  for (const [index, cell] of cells.entries()) {
    if (cell === '') continue;
    const column = columns.of[index];
    if (column === undefined) return null;
    column(device, cell);
  }
  return device;
}

const TAKEN =
  'Name columns deviceName, secret, certificateFingerprints, gateway, gateway.productKey, province, city, or tag.<key> for a tag, each once.';

const columnRefused = (title: string, what: string): UserError =>
  new UserError('IMPORT_COLUMNS', {
    field: 'file',
    message: `The column "${title.slice(0, 40)}" of the first row ${what}.`,
    hint: `${TAKEN} No device was created.`,
  });
