import type { Store } from '../../../schema/mongo/connect';
import type { ApiClient } from '../api-client';
import type { BenchScope } from '../benchmark';
import type { Operator } from '../upgrades/operator';
import type { PlatformProcess } from '../upgrades/platform-client';

/** One line of the table. */
export interface Row {
  what: string;
  /** With its unit. */
  measured: string;
  aim?: string;
  /** Undefined where there is no aim. */
  met?: boolean;
  /** What it was compared with in the same run, or how it was measured. */
  beside?: string;
  /** For `--json`. */
  value: number;
}

export interface FleetUnderTest {
  count: number;
  productKey: string;
  platform: PlatformProcess;
  api: ApiClient;
  operator: Operator;
  /** The platform's own database: for what no API shows, never for what is measured. */
  store: Store;
  scope: BenchScope;
  /** Name of the n-th device. */
  nameOf(index: number): string;
  /** What earlier measurements leave for later ones. */
  found: { importId?: string; packageId?: string; batchId?: string; secrets?: ReadonlyMap<string, string> };
}

/** A file each, run in the order of the list in `fleet.ts`; each finds what the ones before have left. */
export interface Measurement {
  title: string;
  run(fleet: FleetUnderTest): Promise<Row[]>;
}

export const seconds = (since: number): number => (performance.now() - since) / 1_000;
export const perSecond = (count: number, since: number): number => count / seconds(since);
export const whole = (value: number): string => Math.round(value).toLocaleString('en-US');

/** Aims are for a million devices: fewer get their share of the time, and a second for what does not depend on their number. */
export const shareOf = (secondsForMillion: number, count: number): number =>
  Math.min(secondsForMillion, (secondsForMillion * count) / 1_000_000 + 1);
