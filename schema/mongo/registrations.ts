import { LWM2M_VERSIONS } from '../model/registration/parameters';
import type { RegisteredObject, Registration } from '../model/registration/registration';
import { date, flag, list, nullable, number, object, oneOf, optional, schemaOf, text } from './declaration';

/** LwM2M registrations, one a device at most: they outlast every process. */
export interface StoredRegistration extends Registration {
  /** Of the last write in bulk, so that whoever made it knows which of its documents it has met. */
  writeId?: string;
}

export const registrationSchema = schemaOf<StoredRegistration>({
  _id: text,
  registrationId: text,
  endpoint: text,
  gatewayId: text,
  address: text,
  port: number,
  identity: nullable(text),
  version: oneOf(LWM2M_VERSIONS),
  lifetimeSeconds: number,
  binding: text,
  queueMode: flag,
  awakeSeconds: number,
  root: text,
  contentFormats: list(number),
  objects: list(object<RegisteredObject>({ id: number, version: nullable(text), instances: list(number) })),
  plainPeer: optional(text),
  since: date,
  heardAt: date,
  expiresAt: date,
  reachableUntil: date,
  online: flag,
  onlineAt: date,
  dueAt: date,
  revision: number,
  writeId: optional(text),
});

/** What an Update names. */
registrationSchema.index({ registrationId: 1 }, { unique: true });
/** Whose window or lifetime is over: the only index that an Update of a device which is there moves. */
registrationSchema.index({ dueAt: 1 });
/** What a gateway has, in the order of lists. */
registrationSchema.index({ gatewayId: 1, _id: 1 });
/** Whom a gateway reaches again when it is back. */
registrationSchema.index({ gatewayId: 1, reachableUntil: 1 }, { partialFilterExpression: { online: false } });
/** Whom a datagram without DTLS comes from. */
registrationSchema.index({ plainPeer: 1 }, { sparse: true });
