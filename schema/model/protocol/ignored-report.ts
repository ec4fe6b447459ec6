/** Why a report of a device was not taken; for people, on the device. */
export const IGNORED_REPORT_REASONS = {
  MALFORMED: 'It is no JSON, or not a message of its topic.',
  MODULE_NAME: 'The module has other characters than letters, digits, ., _ and -, or more than 64.',
  TOO_MANY_MODULES: 'The device has reported as many modules as are kept already.',
  VERSION_MISSING: 'It names no version, or an empty one.',
  VERSION_TOO_LONG: 'The version has more than 64 characters.',
  VERSION_CHARACTERS: 'The version has blanks or characters that cannot be seen.',
  STEP: 'The step is no number up to 100.',
  TOO_LONG: 'The message is longer than one of a device may be (UPDRAFT_MQTT_PAYLOAD_BYTES).',
} as const;
export type IgnoredReportReason = keyof typeof IGNORED_REPORT_REASONS;

/** The last report of a device that could not be read. */
export interface IgnoredReport {
  at: Date;
  reason: IgnoredReportReason;
  /** What the device said, cut. */
  text: string;
}

const TEXT_LENGTH = 128;

/** What a device said, for people to see: cut, and what cannot be seen shown as such. */
export function shownText(said: string): string {
  const cut = said.length > TEXT_LENGTH ? `${said.slice(0, TEXT_LENGTH - 1)}…` : said;
  return cut.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '\ufffd');
}
