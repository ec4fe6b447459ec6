import { readCbor } from './cbor';
import type { Decoded } from './decoded';
import type { Path } from './path';
import { resourcesOf, type SenmlRecord } from './senml';

/** Labels of SenML in CBOR (RFC 8428 §6, table 4); what isn't there keeps its name. */
const LABELS: Readonly<Record<string, number>> = {
  bver: -1,
  bn: -2,
  bt: -3,
  bu: -4,
  bv: -5,
  bs: -6,
  n: 0,
  u: 1,
  v: 2,
  vs: 3,
  vb: 4,
  s: 5,
  t: 6,
  ut: 7,
  vd: 8,
};

/** Reads SenML-CBOR (Content-Format 112, RFC 8428 §6). Members of a record may stand in any order. */
export function decodeSenmlCbor(payload: Buffer, base: Path): Decoded {
  const cbor = readCbor(payload);
  if ('unreadable' in cbor) return cbor;
  if (!Array.isArray(cbor.value)) return { unreadable: 'syntax' };
  const records = cbor.value.map(recordOf);
  return records.every((record) => record !== null) ? resourcesOf(records, base) : { unreadable: 'syntax' };
}

function recordOf(value: unknown): SenmlRecord | null {
  if (!(value instanceof Map)) return null;
  return {
    member: (name) => value.get(LABELS[name] ?? name),
    names: () => [...value.keys()].filter((key): key is string => typeof key === 'string'),
  };
}
