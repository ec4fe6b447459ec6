/** How a demo of so many devices runs off. Durations in milliseconds. */
export interface Timing {
  /** From the batch's start to the first off-line device coming on-line, and between two of them. */
  firstOnlineMs: number;
  nextOnlineMs: number;
  /** After so long a demo is given up. */
  limitMs: number;
}

export interface Load {
  devices: number;
  /** Devices a minute. */
  rate: number;
  /** Of the package. */
  bytes: number;
  /** Devices that load it in blocks of 1 KiB. */
  overCoap: number;
}

const MINUTE_MS = 60_000;
/** What one upgrade and one downloaded byte cost a busy laptop at worst: a time-out that is too short is a failure here. */
const UPGRADE_MS = 100;
const BYTES_A_MS = 30_000;
/** The same of all that load in blocks, and of one of them: it waits for each block. */
const COAP_BYTES_A_MS = 2_000;
const ALONE_BYTES_A_MS = 100;
const UPGRADE_MARGIN_MS = 30_000;
const MARGIN_MS = 3 * MINUTE_MS;
const LONGEST_MINUTES = 1_440;

/** A device that failed is pushed again when its turn comes, behind all that wait already: that counts towards its time-out. */
export function timeoutMinutesOf({ devices, rate, bytes, overCoap }: Load): number {
  const pushMs = (devices / rate) * MINUTE_MS;
  const inBlocksMs = overCoap === 0 ? 0 : Math.max(bytes / ALONE_BYTES_A_MS, (overCoap * bytes) / COAP_BYTES_A_MS);
  const loadMs = Math.max(inBlocksMs, devices * Math.max(UPGRADE_MS, bytes / BYTES_A_MS));
  const worstMs = Math.max(1.25 * pushMs, loadMs) + UPGRADE_MARGIN_MS;
  return Math.min(LONGEST_MINUTES, Math.ceil(worstMs / MINUTE_MS));
}

export function timingOf({ devices, rate }: Pick<Load, 'devices' | 'rate'>, offline: number, timeoutMinutes: number): Timing {
  const pushMs = (devices / rate) * MINUTE_MS;
  const firstOnlineMs = Math.max(3_000, 0.4 * pushMs);
  const nextOnlineMs = Math.min(2_500, Math.max(50, (0.8 * pushMs) / Math.max(1, offline)));
  const limitMs = Math.max(pushMs, firstOnlineMs + offline * nextOnlineMs) + timeoutMinutes * MINUTE_MS + MARGIN_MS;
  return { firstOnlineMs, nextOnlineMs, limitMs };
}
