import { below, type DeviceResource } from './device-resource';

/** SenML-JSON (RFC 8428 §5): the base name stands in the first record. */
export function writeSenmlJson(resources: readonly DeviceResource[], base: string): Buffer {
  return json(
    resources.map((resource, index) => ({
      ...(index === 0 && { bn: front(base, resource) }),
      ...name(resource, base),
      ...senmlValue(resource),
    })),
  );
}

/** The JSON of LwM2M 1.0 (§6.4.4). */
export function writeLwm2mJson(resources: readonly DeviceResource[], base: string): Buffer {
  const single = resources.length === 1 && resources[0]?.path === base;
  return json({ bn: single ? base : `${base}/`, e: resources.map((resource) => ({ ...name(resource, base), ...jsonValue(resource) })) });
}

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const front = (base: string, { path }: DeviceResource): string => (path === base ? base : `${base}/`);
const name = ({ path }: DeviceResource, base: string): { n?: string } => (path === base ? {} : { n: below(path, base) });

function senmlValue({ type, value }: DeviceResource): object {
  if (type === 'string') return { vs: value };
  if (type === 'boolean') return { vb: value };
  if (type === 'opaque') return { vd: value.toString('base64url') };
  return type === 'link' ? { vlo: value } : { v: value };
}

function jsonValue({ type, value }: DeviceResource): object {
  if (type === 'string') return { sv: value };
  if (type === 'boolean') return { bv: value };
  if (type === 'opaque') return { sv: value.toString('base64') };
  return type === 'link' ? { ov: value } : { v: value };
}
