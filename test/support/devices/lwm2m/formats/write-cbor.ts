import { encode } from 'cbor2';
import { below, type DeviceResource } from './device-resource';

const LABEL = { bn: -2, n: 0, v: 2, vs: 3, vb: 4, vd: 8 };

/** SenML-CBOR (RFC 8428 §6). `baseLast` puts the base name behind the value in its map, which some clients do. */
export function writeSenmlCbor(resources: readonly DeviceResource[], base: string, { baseLast = false } = {}): Buffer {
  return Buffer.from(
    encode(
      resources.map((resource, index) => {
        const baseName: [number, unknown][] = index === 0 ? [[LABEL.bn, resource.path === base ? base : `${base}/`]] : [];
        const name: [number, unknown][] = resource.path === base ? [] : [[LABEL.n, below(resource.path, base)]];
        const rest: [number | string, unknown][] = [...name, senmlValue(resource)];
        return new Map(baseLast ? [...rest, ...baseName] : [...baseName, ...rest]);
      }),
    ),
  );
}

/** One value in CBOR (Content-Format 60). */
export const writeCbor = ({ value }: DeviceResource): Buffer =>
  Buffer.from(encode(value instanceof Buffer ? new Uint8Array(value) : value));

function senmlValue({ type, value }: DeviceResource): [number | string, unknown] {
  if (type === 'string') return [LABEL.vs, value];
  if (type === 'boolean') return [LABEL.vb, value];
  if (type === 'opaque') return [LABEL.vd, new Uint8Array(value)];
  return type === 'link' ? ['vlo', value] : [LABEL.v, value];
}
