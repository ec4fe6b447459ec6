import type { IgnoredReport, IgnoredReportReason } from '../../schema/model/protocol/ignored-report';

/** A message that is not what its topic wants, and the part of it that is wrong where it is known. */
export interface Unreadable {
  unreadable: IgnoredReportReason;
  said?: unknown;
}

export const MALFORMED: Unreadable = { unreadable: 'MALFORMED' };
export const TOO_LONG: Unreadable = { unreadable: 'TOO_LONG' };

/** Of a message, so much is looked at to tell people what it was. */
export const HEAD = 512;

/** What is told on the device. */
export function ignoredReportOf({ unreadable, said }: Unreadable, payload: Buffer): Omit<IgnoredReport, 'at'> {
  const text = said === undefined ? payload.subarray(0, HEAD).toString('utf8') : typeof said === 'string' ? said : JSON.stringify(said);
  return { reason: unreadable, text: text.slice(0, HEAD) };
}
