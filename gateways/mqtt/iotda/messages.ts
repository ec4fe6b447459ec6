import { readVersion, textOf } from '../../../schema/model/device/module-version';
import type { IotdaResult } from '../../../schema/model/protocol/iotda-result';
import { own } from '../../lenient-json';
import { MALFORMED, type Unreadable } from '../unreadable';
import { VERSION_MEMBERS } from './events';

/** What devices send in `paras`, as device-protocols §2.3 has it; numbers may come as text and text as numbers. Null: not such a message. */
export interface ReportedVersion {
  module: string;
  version: string;
}

const CODE = /^-?\d{1,9}$/;
const PERCENT = /^\d{1,3}$/;
/** §2.8 */
const TEXT_LENGTH = 1_024;

/** A version for each kind of package that the device names, an empty one being none; and the first that cannot be read, if any is. */
export function versionReport(paras: unknown): { versions: ReportedVersion[]; unreadable: Unreadable | null } {
  const named = VERSION_MEMBERS.map(([member, module]) => ({ module, said: own(paras, member) })).filter(({ said }) => !isNone(said));
  const read = named.map(({ module, said }) => ({ module, said, ...readVersion(said) }));
  const versions = read.flatMap(({ module, ...each }) => ('version' in each ? [{ module, version: each.version }] : []));
  const failed = read.find((each): each is typeof each & Unreadable => 'unreadable' in each);
  if (failed) return { versions, unreadable: { unreadable: failed.unreadable, said: failed.said } };
  return { versions, unreadable: versions.length > 0 ? null : { unreadable: 'VERSION_MISSING' } };
}

const isNone = (said: unknown): boolean => said === undefined || said === null || (typeof said === 'string' && said.trim() === '');

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

/** Why `progressReport` gives nothing. */
export function unreadableResult(paras: unknown): Unreadable {
  const said = own(paras, 'version');
  const read = readVersion(said);
  return 'unreadable' in read && read.unreadable !== 'VERSION_MISSING' ? { ...read, said } : MALFORMED;
}

function versionOf(value: unknown): string | null {
  const read = readVersion(value);
  return 'version' in read ? read.version : null;
}

function numberOf(value: unknown, form: RegExp): number | null {
  const text = textOf(value)?.trim();
  return text !== undefined && form.test(text) ? Number(text) : null;
}
