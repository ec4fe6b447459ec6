import type { DeviceResource } from './device-resource';

/** One value in plain text (Content-Format 0; LwM2M Core 1.1, appendix C). */
export function writeText({ type, value }: DeviceResource): Buffer {
  if (type === 'boolean') return Buffer.from(value ? '1' : '0');
  return Buffer.from(type === 'opaque' ? value.toString('base64') : String(value));
}
