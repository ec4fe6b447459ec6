import type { SignalSeen } from '../cell/signal';

/** `/5/0` as far as it was read (LwM2M 1.2 core, E.6); null: not there, or unreadable. */
export interface FirmwareSeen {
  state: number | null;
  result: number | null;
  packageVersion: string | null;
  protocols: number[] | null;
  delivery: number | null;
  automatic: boolean | null;
  deferSeconds: number | null;
}

/** Why a question has no answer. GONE: the device is not registered here, or not any more. BUSY: it, or its gateway, has no room now. */
export type Unanswered = 'ASLEEP' | 'SILENT' | 'GONE' | 'BUSY';

/** `missing`: the device answered, and has none or one that can't be read; `code` is its answer, `4.04`. `failed`: it did not answer. */
export type Reading<T> = { value: T } | { missing: 'NOT_THERE' | 'UNREADABLE' | 'REFUSED'; code?: string } | { failed: Unanswered };

/** What a look at a device brought; null: not asked for. */
export interface Looked {
  version: Reading<string> | null;
  firmware: Reading<FirmwareSeen> | null;
  signal: Reading<SignalSeen> | null;
}

export const valueRead = <T>(reading: Reading<T> | null): T | null => (reading !== null && 'value' in reading ? reading.value : null);
export const failureRead = (reading: Reading<unknown> | null): Unanswered | null =>
  reading !== null && 'failed' in reading ? reading.failed : null;

/** Update State (LwM2M 1.2 core, E.6, `/5/x/3`). */
export const STATE = { IDLE: 0, DOWNLOADING: 1, DOWNLOADED: 2, UPDATING: 3 } as const;

/** Null: there is no such state, so that nothing was said. */
export const stateOf = (state: number | null | undefined): number | null =>
  state != null && Number.isInteger(state) && state >= STATE.IDLE && state <= STATE.UPDATING ? state : null;

/** Null: no number of a result. */
export const resultOf = (result: number | null | undefined): number | null =>
  result != null && Number.isInteger(result) && result >= 0 ? result : null;
