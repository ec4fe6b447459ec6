import type { IotdaResult } from '../../../schema/model/iotda-result';
import { own } from '../link/lenient-json';
import { VERSION_MEMBERS } from './events';

/** What devices send in `paras`, as device-protocols §2.3 has it; numbers may come as text and text as numbers. Null: not such a message. */
export interface ReportedVersion {
  module: string;
  version: string;
}

const VERSION = /^[\x21-\x7e]{1,64}$/;
const CODE = /^-?\d{1,9}$/;
const PERCENT = /^\d{1,3}$/;
/** §2.8 */
const TEXT_LENGTH = 1_024;

/** One version for each kind of package that the device names; null when it names none that can be read. */
export function versionReport(paras: unknown): ReportedVersion[] | null {
  const versions = VERSION_MEMBERS.flatMap(([member, module]): ReportedVersion[] => {
    const version = versionOf(own(paras, member));
    return version === null ? [] : [{ module, version }];
  });
  return versions.length === 0 ? null : versions;
}

/**
 * `result_code` may be missing where there is progress: then it is 0. Progress outside 0–100 is none. A version may be missing or empty;
 * in a failure it decides nothing, so there it may be unreadable too (a Go SDK sends an empty one with each).
 */
export function progressReport(paras: unknown): IotdaResult | null {
  const named = own(paras, 'version') ?? null;
  const version = versionOf(named);
  const progress = numberOf(own(paras, 'progress'), PERCENT);
  const given = own(paras, 'result_code') ?? null;
  const code = given === null ? (progress === null ? null : 0) : numberOf(given, CODE);
  if (code === null) return null;
  const unreadable = version === null && named !== null && textOf(named)?.trim() !== '';
  if (unreadable && (code === 0 || code === 3)) return null;
  const text = textOf(own(paras, 'description'))?.trim().slice(0, TEXT_LENGTH);
  return { code, progress: progress !== null && progress <= 100 ? progress : null, version, text: text ? text : null };
}

function versionOf(value: unknown): string | null {
  const version = textOf(value)?.trim();
  return version !== undefined && VERSION.test(version) ? version : null;
}

function numberOf(value: unknown, form: RegExp): number | null {
  const text = textOf(value)?.trim();
  return text !== undefined && form.test(text) ? Number(text) : null;
}

function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : null;
}
