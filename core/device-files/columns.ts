import type { NewPsk } from '../../schema/model/device/lwm2m-identity';
import type { Dialect } from '../../schema/model/protocol/dialect';
import type { DeviceTag, NewDevice } from '../devices/contract';
import { UserError } from '../errors';
import { strangeHead } from './strange-head';

/** As a row has it: some name their product as well. */
export type RowDevice = NewDevice & { productKey?: string };

/** Fills one field of a device from a cell that is not empty. */
type Column = (device: RowDevice, cell: string) => void;

export interface Columns {
  /** Whether the first row names them, and so is no device. */
  named: boolean;
  of: readonly Column[];
}

/** In a cell there may be several; which of the two is free depends on what separates the cells. */
const SEPARATORS = /[;,]/;

type Region = NonNullable<NewDevice['region']>;
const regionOf = (device: NewDevice): Region => {
  device.region ??= { province: '', city: '' };
  return device.region;
};

type Parent = NonNullable<NewDevice['parent']>;
const parentOf = (device: NewDevice): Parent => {
  device.parent ??= { deviceName: '' };
  return device.parent;
};

type Identity = { endpoint?: string; psks?: NewPsk[] };
const identityOf = (device: NewDevice): Identity => {
  device.lwm2m ??= {};
  return device.lwm2m as Identity;
};

/** Each key has a column of its own, and one for its identity. */
function pskColumn(place: 0 | 1, part: keyof NewPsk): Column {
  return (device, cell) => {
    const identity = identityOf(device);
    identity.psks ??= [];
    const psk = identity.psks[place] ?? { identity: '', key: '' };
    psk[part] = cell;
    identity.psks[place] = psk;
  };
}

/** A key without an identity has that of a key which is made: the endpoint name. */
function settlePsks({ deviceName, lwm2m }: RowDevice): void {
  const psks = (lwm2m?.psks ?? []).filter(Boolean) as NewPsk[];
  if (psks.length === 0) return;
  for (const psk of psks) psk.identity ||= lwm2m?.endpoint ?? deviceName;
  (lwm2m as Identity).psks = psks;
}

/** By title, in lower case, and without the blanks and dashes that some put into it. */
const BY_NAME: Record<string, Column> = {
  devicename: (device, cell) => {
    device.deviceName = cell;
  },
  secret: (device, cell) => {
    device.secret = cell;
  },
  productkey: (device, cell) => {
    device.productKey = cell;
  },
  certificatefingerprints: (device, cell) => {
    device.certificateFingerprints = cell.split(SEPARATORS).map((each) => each.trim());
  },
  // Whether it is one is looked at with the row.
  dialect: (device, cell) => {
    device.dialect = cell.toUpperCase() as Dialect;
  },
  endpoint: (device, cell) => {
    identityOf(device).endpoint = cell;
  },
  pskidentity: pskColumn(0, 'identity'),
  pskkey: pskColumn(0, 'key'),
  pskidentity2: pskColumn(1, 'identity'),
  pskkey2: pskColumn(1, 'key'),
  parent: (device, cell) => {
    parentOf(device).deviceName = cell;
  },
  'parent.productkey': (device, cell) => {
    parentOf(device).productKey = cell;
  },
  province: (device, cell) => {
    regionOf(device).province = cell;
  },
  city: (device, cell) => {
    regionOf(device).city = cell;
  },
  owner: (device, cell) => {
    device.owner = cell;
  },
};
/** Other names of columns: those that the vendors' consoles give them in exports, and older ones. */
const ALIASES: Record<string, string> = {
  ...{ devicesecret: 'secret', gateway: 'parent', 'gateway.productkey': 'parent.productkey' },
  ...{ endpointname: 'endpoint', psk: 'pskkey', psk2: 'pskkey2' },
};

const TAG = 'tag.';
const tagColumn =
  (key: string): Column =>
  (device, value) => {
    const tags = (device.tags ?? []) as DeviceTag[];
    tags.push({ key, value });
    device.tags = tags;
  };

const NAME = 'devicename';
/** A title however it is written; an alias stays apart from the name of its column. */
const spelledOut = (title: string): string => {
  const trimmed = title.trim();
  return isTag(trimmed) ? `${TAG}${trimmed.slice(TAG.length)}` : trimmed.toLowerCase().replace(/[ _-]/g, '');
};
const keyOf = (title: string): string => {
  const key = spelledOut(title);
  return Object.hasOwn(ALIASES, key) ? (ALIASES[key] as string) : key;
};

export const isHead = (first: readonly string[]): boolean => first.some((title) => keyOf(title) === NAME);

/**
 * What the cells of a file mean, by its first row: names of columns in any order, or a device's name alone. A row that only looks like names of
 * columns is refused: no device is ever made of it. Throws IMPORT_COLUMNS.
 */
export function columnsOf([first = [], ...others]: readonly (readonly string[])[]): Columns {
  if (!isHead(first)) {
    const strange = strangeHead(first, others);
    if (strange !== null) throw notUnderstood(strange);
    return { named: false, of: [BY_NAME[NAME] as Column] };
  }
  const keys = first.map(keyOf);
  const twice = keys.findIndex((key, index) => key !== '' && keys.indexOf(key) < index);
  if (twice >= 0) throw namedTwice(first[keys.indexOf(keys[twice] as string)] as string, first[twice] as string);
  const of = keys.map((key, index) => {
    // A spreadsheet may leave empty columns behind the last.
    if (key === '') return () => undefined;
    const column = isTag(key) ? tagColumn(key.slice(TAG.length)) : Object.hasOwn(BY_NAME, key) ? BY_NAME[key] : undefined;
    if (column === undefined) throw columnRefused(first[index] ?? key, 'is not one that is taken');
    return column;
  });
  return { named: true, of };
}

const isTag = (title: string): boolean => title.toLowerCase().startsWith(TAG);

/** Whether a row names columns as a first row does, and so is no device: files are put together, and somebody writes a comment above the titles. */
const isRepeatedHead = (cells: readonly string[]): boolean =>
  isHead(cells) && cells.every((cell) => cell === '' || isTag(cell) || Object.hasOwn(BY_NAME, keyOf(cell)));

/** The device of a row, not checked yet; or why it can be none, in words. */
export function deviceOfRow(columns: Columns, cells: readonly string[]): RowDevice | string {
  if (isRepeatedHead(cells)) return 'The row names columns, as only the first row of a file can.';
  const device: RowDevice = { deviceName: '' };
  for (const [index, cell] of cells.entries()) {
    if (cell === '') continue;
    const column = columns.of[index];
    if (column === undefined) return tooManyCells(columns);
    column(device, cell);
  }
  settlePsks(device);
  return device;
}

const tooManyCells = ({ named }: Columns): string =>
  `The row has more cells than there are columns. ${named ? 'The first row names fewer.' : 'Name the columns in a first row to give more than names.'}`;

const TAKEN =
  'Name columns deviceName, secret (or DeviceSecret), productKey, dialect, certificateFingerprints, endpoint, pskIdentity, pskKey, pskIdentity2, pskKey2, parent, parent.productKey, province, city, owner, or tag.<key> for a tag, each once.';

const shown = (title: string): string => `"${title.trim().slice(0, 40)}"`;

const namedTwice = (earlier: string, later: string): UserError =>
  columnRefused(
    later,
    spelledOut(earlier) === spelledOut(later) ? 'is there twice' : `names the same as ${shown(earlier)}: keep one of the two`,
  );

const columnRefused = (title: string, what: string): UserError =>
  new UserError('IMPORT_COLUMNS', {
    field: 'file',
    message: `The column ${shown(title)} of the first row ${what}.`,
    hint: `${TAKEN} Nothing of the file was kept.`,
  });

const notUnderstood = (title: string): UserError =>
  new UserError('IMPORT_COLUMNS', {
    field: 'file',
    message: `The first row is not understood: ${shown(title)} is no column that is known, and none is named deviceName.`,
    hint: `${TAKEN} If it is a device, put a row above it that names the columns. Nothing of the file was kept.`,
  });
