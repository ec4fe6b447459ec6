import { own, readLenientJson } from '../../../lenient-json';
import type { Decoded } from './decoded';
import type { Path } from './path';
import { resourcesOf, type SenmlRecord } from './senml';
import { valueOfBase64 } from './values';

/** Reads SenML-JSON (Content-Format 110, RFC 8428 §5). */
export function decodeSenmlJson(payload: Buffer, base: Path): Decoded {
  const json = readLenientJson(payload);
  if (!json.ok) return { unreadable: JSON_REASONS[json.reason] };
  if (!Array.isArray(json.value)) return { unreadable: 'syntax' };
  const records = json.value.map(recordOf);
  return records.every((record) => record !== null) ? resourcesOf(records, base) : { unreadable: 'syntax' };
}

export const JSON_REASONS = { size: 'too_long', depth: 'too_deep', syntax: 'syntax' } as const;

/** Data are in base64url there. */
function recordOf(value: unknown): SenmlRecord | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  return {
    member(name) {
      const member = own(value, name);
      return name === 'vd' && typeof member === 'string' ? (valueOfBase64(member) ?? member) : member;
    },
    names: () => Object.keys(value),
  };
}
