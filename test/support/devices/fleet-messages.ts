import type { DeviceCounts, DeviceEventKind } from './device-events';
import type { DeviceDescription, FleetDescription, FleetStart, FleetStats } from './fleet';

/** One event of one device: name, kind, epoch milliseconds with fractions, and what it was about (step, version or text). */
export type FleetReport = [deviceName: string, kind: DeviceEventKind, at: number, value: string | number | null];

export interface FleetProcessStats extends FleetStats {
  pid: number;
  /** Of the process, bytes. */
  rssBytes: number;
  /** User and system time of the process since its start, milliseconds. */
  cpuMs: number;
  /** Reports the parent did not take in time. */
  reportsDropped: number;
}

/** From the parent. Devices come in portions, before `start`. */
export type FleetCommand =
  | { kind: 'devices'; devices: DeviceDescription[] }
  /** `dtlsModule`: the compiled module that has `createDtlsClient`. */
  | { kind: 'start'; settings: Omit<FleetDescription, 'devices'>; reported: readonly DeviceEventKind[]; dtlsModule: string | null }
  | { kind: 'comeOnline'; deviceNames: readonly string[] | null }
  | { kind: 'stats' }
  | { kind: 'counts'; deviceName: string }
  | { kind: 'stop' };

/** What each command is answered with, in the order of the commands. */
export interface FleetAnswers {
  devices: null;
  start: FleetStart;
  comeOnline: null;
  stats: FleetProcessStats;
  counts: DeviceCounts;
  stop: null;
}

export type FleetMessage =
  | { kind: 'answer'; id: number; value: FleetAnswers[keyof FleetAnswers] }
  | { kind: 'failed'; id: number; message: string }
  | { kind: 'reports'; reports: FleetReport[] };

export type NumberedCommand = FleetCommand & { id: number };
