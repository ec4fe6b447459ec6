import type { Proof } from '../../schema/model/device/generations';
import type { DeviceId } from '../../schema/model/ids';
import type { RegisterParameters, UpdateParameters } from '../../schema/model/registration/parameters';
import type { Refused } from '../../schema/model/registration/refusals';
import type { RegisteredAt, RegisteredLinks, Registration } from '../../schema/model/registration/registration';

/** A device's own words, and where it was heard (LwM2M 1.1 core, 6.2.1). */
export interface RegisterInput extends RegisterParameters, Where, Partial<RegisteredLinks> {
  /** What the identity was proven by, which may be good no more; absent: it is good. */
  proof?: Proof;
}

/** LwM2M 1.1 core, 6.2.2; `links` as the body has them, absent when there is none. */
export interface UpdateInput extends UpdateParameters, Where {
  links?: RegisteredLinks;
}

export interface Where extends Pick<RegisteredAt, 'gatewayId' | 'identity'> {
  peer: { address: string; port: number };
}

export interface Accepted {
  registrationId: string;
  deviceId: DeviceId;
  /** As it is from now on. */
  registration: Registration;
  /** The one whose place it has taken: observations of it, and what it refused, are nothing to this one. Null: there was none. */
  replaced: string | null;
}

/** What a gateway tells of registrations, and asks about them. All of it may be repeated, and said by several processes at once. */
export interface GatewayRegistrations {
  /** Coming (R-DEV-2). The device's earlier registration is over, wherever it was made. */
  register(input: RegisterInput): Promise<Accepted | Refused>;
  /** The lifetime begins anew, and the device is where it was heard now. Being heard. */
  update(registrationId: string, input: UpdateInput): Promise<Accepted | Refused>;
  /** Going. */
  deregister(registrationId: string, where: Pick<Where, 'identity'>): Promise<{ deviceId: DeviceId } | Refused>;
  /**
   * A message of the device, or an answer, has come to the gateway: with queue mode it is awake for its window from then on. Never waits,
   * never throws; what many devices say is written together, within a second.
   */
  heard(registrationId: string, gatewayId: string, at?: Date): void;
  /** A request that the gateway sent then got no answer: with queue mode the device sleeps, unless it was heard since, or is elsewhere. */
  unanswered(registrationId: string, gatewayId: string, sentAt: Date): Promise<void>;
  /** ACK_TIMEOUT of the device's product, as it was a few seconds ago. */
  ackTimeoutSecondsOf(deviceId: DeviceId): Promise<number>;
  /** Null: it is not registered. What is asked for in one turn of the event loop is read together. */
  registrationOf(deviceId: DeviceId): Promise<Registration | null>;
  /** Who speaks plain CoAP from an address; the one heard last. Null: nobody who is registered at the gateway. */
  registrationAt(gatewayId: string, peer: { address: string; port: number }): Promise<Registration | null>;
  /** Those at a gateway, by device id, after one: at most `most`, 1,000 when not given. */
  registrationsAt(gatewayId: string, page?: { after?: DeviceId; most?: number }): Promise<Registration[]>;
  /** How many are registered at a gateway, for whoever watches it. */
  countsAt(gatewayId: string): Promise<RegistrationCounts>;
  /**
   * Devices that the gateway reaches and that count as off-line come: it was taken for dead, or has started anew and knows their addresses
   * from the store. To be called when it starts, after its reset, and again and again. Returns how many.
   */
  reachAgain(gatewayId: string): Promise<number>;
}

export interface RegistrationCounts {
  registered: number;
  /** Of these, devices that are on-line: they listen now, as far as anyone knows. */
  online: number;
}

export interface RegistrationService extends GatewayRegistrations {
  /** In the order given; null for those that are not registered. */
  ofDevices(ids: readonly DeviceId[]): Promise<(Registration | null)[]>;
  /** About how many there are. */
  count(): Promise<number>;
}
