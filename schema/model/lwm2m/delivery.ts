import type { BatchDelivery } from '../batch/batch';
import { DOWNLOAD_SCHEMES, type DownloadScheme } from '../protocol/download-scheme';
import type { Task } from '../task/task';
import type { FirmwareSeen } from './reading';
import type { Delivery } from './upgrade';

/** How a package comes to a device: by an address of the scheme, or in blocks. */
export type ChosenDelivery = { delivery: 'PULL'; scheme: DownloadScheme } | { delivery: 'PUSH'; scheme: null };

/** What is tried first (device-protocols §3.5-A). */
const ORDER: readonly DownloadScheme[] = ['https', 'coaps', 'http', 'coap'];

/** Update Delivery Method (LwM2M 1.2 core, E.6, `/5/x/9`). A device that says nothing, or nothing known, takes what is offered. */
const METHODS: Readonly<Record<number, readonly Delivery[]>> = { 0: ['PULL'], 1: ['PUSH'], 2: ['PULL', 'PUSH'] };

export interface Allowed {
  /** Of the batch; absent: ANY. */
  delivery?: BatchDelivery;
  /** Of the batch; absent: all. */
  schemes?: readonly DownloadScheme[];
  /** Of the installation. */
  served: readonly DownloadScheme[];
  /** An address has led to nothing. */
  pullFailed: boolean;
}

/** Null: the device, the batch and the installation have nothing in common. */
export function chosenDelivery(
  { delivery, protocols }: Pick<FirmwareSeen, 'delivery' | 'protocols'>,
  allowed: Allowed,
): ChosenDelivery | null {
  const methods = METHODS[delivery ?? 2] ?? ['PULL', 'PUSH'];
  const may = (way: Delivery): boolean => methods.includes(way) && (allowed.delivery ?? 'ANY') !== other(way);
  const scheme = may('PULL') ? schemeFor(protocols, allowed) : null;
  if (may('PUSH') && (scheme === null || allowed.pullFailed)) return { delivery: 'PUSH', scheme: null };
  return scheme && { delivery: 'PULL', scheme };
}

const other = (way: Delivery): Delivery => (way === 'PULL' ? 'PUSH' : 'PULL');

/** Protocol Support (`/5/x/8`): a device that does not say has CoAP; numbers that are not known are passed over. */
function schemeFor(protocols: readonly number[] | null, { schemes, served }: Allowed): DownloadScheme | null {
  const listed = protocols === null ? ['coap'] : protocols.map((each) => DOWNLOAD_SCHEMES[each]);
  return ORDER.find((each) => listed.includes(each) && served.includes(each) && (schemes?.includes(each) ?? true)) ?? null;
}

/** Whether an address of an earlier attempt since the task's begin has led to nothing: the file comes in blocks then, where it may. */
export const hasPullFailed = ({ attempts, firstAttempt = 1 }: Pick<Task, 'attempts' | 'firstAttempt'>): boolean =>
  attempts.some(({ number, cause }) => number >= firstAttempt && cause === 'WAITING_FOR_DEVICE_START_DOWNLOAD_PACKAGE_TIMEOUT');
