import type { Dialect } from '../protocol/dialect';
import type { NewPsk } from './lwm2m-identity';

/** Why a row of an import makes no device. The first that applies is told. */
export const IMPORT_PROBLEMS = [
  ...(['PRODUCT', 'NAME', 'SECRET', 'CERTIFICATES', 'REGION', 'TAGS', 'COLUMNS', 'DUPLICATE', 'EXISTS'] as const),
  ...(['GATEWAY_UNKNOWN', 'GATEWAY_LEVELS', 'GATEWAY_DIALECT', 'GATEWAY_FULL'] as const),
  ...(['DIALECT', 'ENDPOINT', 'PSK', 'OWNER'] as const),
] as const;
export type ImportProblem = (typeof IMPORT_PROBLEMS)[number];
/** Imports of older versions do not count them. */
export const LATER_PROBLEMS = ['DIALECT', 'ENDPOINT', 'PSK', 'OWNER'] as const satisfies readonly ImportProblem[];
type LaterProblem = (typeof LATER_PROBLEMS)[number];
export type ImportProblemCounts = Record<Exclude<ImportProblem, LaterProblem>, number> & { [P in LaterProblem]?: number };

export const IMPORT_STATUSES = ['CHECKING', 'CREATING', 'FINISHED', 'REFUSED', 'EXPIRED'] as const;
export type ImportStatus = (typeof IMPORT_STATUSES)[number];

/** R-DEV-6: devices that are registered from a file. Nothing of it is a device before all of it was checked. */
export interface DeviceImport {
  _id: string;
  productKey: string;
  status: ImportStatus;
  /** Whether rows that are wrong are left out; otherwise one of them refuses the file. */
  skipInvalid: boolean;
  /** Rows read so far that are not blank; the row that names the columns is none. */
  rows: number;
  /** Of them, those that can become devices. */
  valid: number;
  /** Rows by what is wrong with them. */
  problems: ImportProblemCounts;
  /** Whether keys of LwM2M devices were made. */
  makesKeys?: boolean;
  /** Devices that exist. */
  created: number;
  createdBy: string;
  createdAt: Date;
  endedAt: Date | null;
  /** From then on it may be gone, and with it the secrets. */
  expiresAt: Date;
}

export interface DeviceImportProblem {
  /** Upload and row, in the order of the file. */
  _id: string;
  /** Line of the file, from 1. */
  row: number;
  /** What stands for the name, at most 64 characters; nothing else of a row is kept. */
  value: string;
  problem: ImportProblem;
  text: string;
}

/** A row that can become a device. */
export interface ImportRow {
  /** Line of the file, from 1. */
  row: number;
  deviceName: string;
  secret: string;
  /** That of its product when not there. */
  dialect?: Dialect;
  /** R-FLOW-7: there where it speaks LwM2M. */
  lwm2m?: { endpoint: string; psks: NewPsk[] };
  /** The only one of them was made, and is told. */
  keyMade?: true;
  /** Nobody is told the secret: it signs in with a certificate only (R-FLOW-2), or shows a pre-shared key. */
  untold?: true;
  certificateFingerprints?: string[];
  /** Its parent, of the same product when none is named. */
  parent?: { productKey?: string; deviceName: string };
  region?: { province: string; city: string };
  tags?: { key: string; value: string }[];
  owner?: string;
}

export const noProblems = (): Record<ImportProblem, number> => ({
  PRODUCT: 0,
  NAME: 0,
  SECRET: 0,
  CERTIFICATES: 0,
  REGION: 0,
  TAGS: 0,
  COLUMNS: 0,
  DUPLICATE: 0,
  EXISTS: 0,
  GATEWAY_UNKNOWN: 0,
  GATEWAY_LEVELS: 0,
  GATEWAY_DIALECT: 0,
  GATEWAY_FULL: 0,
  DIALECT: 0,
  ENDPOINT: 0,
  PSK: 0,
  OWNER: 0,
});
