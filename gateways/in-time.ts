import { withTimeout } from '../core/with-timeout';

/** Core has so long to say who a device is: whoever waits for it has given up by then. */
export const ANSWER_WITHIN_MS = 10_000;

/** Rejects when core does not answer about a device in its time. */
export const inTime = <T>(answer: Promise<T>): Promise<T> => withTimeout(answer, ANSWER_WITHIN_MS, 'No answer in time');
