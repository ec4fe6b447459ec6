import type { DeviceId } from '../../../schema/model/ids';
import { own } from '../../lenient-json';
import type { Identity } from '../dialect';
import { namedById } from './auth';
import { iotdaId, isOwnId } from './topics';

/** One entry of `services` that is about upgrades; `paras` is still whatever the device sent. */
export interface OtaEvent {
  type: string;
  paras: unknown;
}

export type EnvelopeReading =
  /** `about`: another device, which has to be a child of this one. */
  | { kind: 'events'; events: OtaEvent[]; about?: DeviceId }
  /** It is about what can be no device. */
  | { kind: 'foreign' }
  | { kind: 'malformed' };

const OTA = '$ota';
/** Services read of one message; a device has a handful. */
const SERVICES = 32;

/** Entries of other services are skipped (device-protocols §2.2); times are information only, so they are not read. */
export function readEnvelope(body: unknown, device: Identity): EnvelopeReading {
  const services = own(body, 'services');
  if (!Array.isArray(services)) return { kind: 'malformed' };
  const about = own(body, 'object_device_id');
  const isOwn = about === undefined || about === null || about === '' || (typeof about === 'string' && isOwnId(about, device));
  const other = isOwn || typeof about !== 'string' ? undefined : namedById(about)?.device?.deviceId;
  if (!isOwn && other === undefined) return { kind: 'foreign' };
  const events = services.slice(0, SERVICES).flatMap((service: unknown): OtaEvent[] => {
    const type = own(service, 'event_type');
    return own(service, 'service_id') === OTA && typeof type === 'string' ? [{ type, paras: own(service, 'paras') }] : [];
  });
  return { kind: 'events', events, ...(other !== undefined && { about: other }) };
}

/** The one form of a message to a device, its members in the documents' order. */
export const downEvent = (device: Identity, type: string, paras: object, now: Date): string =>
  JSON.stringify({
    object_device_id: iotdaId(device),
    services: [{ service_id: OTA, event_type: type, event_time: compactTime(now), paras }],
  });

/** `yyyyMMdd'T'HHmmss'Z'` */
const compactTime = (at: Date): string => `${at.toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
