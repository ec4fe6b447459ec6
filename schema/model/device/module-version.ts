import { DEFAULT_MODULE } from '../ids';
import { checkOf } from '../names';
import type { IgnoredReportReason } from '../protocol/ignored-report';

/**
 * R-PKG-3: what modules and versions may be called, in one place. Whatever a device may report, people may name: as a source version, in
 * filters and in rules. A package is called by fewer characters, all of which a device may report.
 */
export const VERSION_LENGTH = 64;
const MODULE = /^[A-Za-z0-9._-]+$/;
const PACKAGE_VERSION = /^[A-Za-z0-9._+~-]+$/;
/** Of any script; neither blanks nor what cannot be seen. */
const REPORTED_VERSION = /^[^\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]+$/u;

/** In any case of letters: `moduleKey` makes one name of them. */
export const moduleViolation = checkOf({
  what: 'A module name',
  minimum: 1,
  maximum: VERSION_LENGTH,
  pattern: MODULE,
  takes: 'letters A–Z and a–z, digits, ., _ and -',
});

/** The version that a package brings. */
export const packageVersionViolation = checkOf({
  what: 'A version',
  minimum: 1,
  maximum: VERSION_LENGTH,
  pattern: PACKAGE_VERSION,
  takes: 'letters A–Z and a–z, digits, ., _, +, ~ and -',
});

/** A version that a device may have. */
export const reportedVersionViolation = checkOf({
  what: 'A version',
  minimum: 1,
  maximum: VERSION_LENGTH,
  pattern: REPORTED_VERSION,
  takes: 'printable characters and no blanks',
});

/** Modules are compared without regard to case: this is what is stored and asked for. Versions are compared exactly. */
export const moduleKey = (name: string): string => name.toLowerCase();

type Read<T> = T | { unreadable: IgnoredReportReason };

/** A module as a device writes it; none is the default one. */
export function readModule(value: unknown): Read<{ module: string }> {
  if (value === undefined || value === null || value === '') return { module: DEFAULT_MODULE };
  const name = textOf(value);
  return name !== null && moduleViolation(name, '') === null ? { module: name } : { unreadable: 'MODULE_NAME' };
}

/** A version as a device reports it: blanks at its ends mean nothing. */
export function readVersion(value: unknown): Read<{ version: string }> {
  if (value === undefined || value === null) return { unreadable: 'VERSION_MISSING' };
  const version = textOf(value)?.trim();
  if (version === undefined) return { unreadable: 'MALFORMED' };
  if (version === '') return { unreadable: 'VERSION_MISSING' };
  if (version.length > VERSION_LENGTH) return { unreadable: 'VERSION_TOO_LONG' };
  return REPORTED_VERSION.test(version) ? { version } : { unreadable: 'VERSION_CHARACTERS' };
}

/** Numbers may come as text and text as numbers (device-protocols §0.1.2). */
export function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : null;
}
