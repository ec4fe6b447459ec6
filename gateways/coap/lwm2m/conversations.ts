import type { DeviceId } from '../../../schema/model/ids';
import type { Registration } from '../../../schema/model/registration/registration';
import type { CoapCore } from '../core';
import type { Front } from '../front/front';
import type { Peer } from '../front/peer';
import type { CoapMetrics } from '../metrics';
import type { CoapQuotas } from '../quotas';
import type { RegisteredPeer } from '../registered-peers';
import type { Resources } from './formats/decoded';
import { createDeviceRequests, type DeviceRequests } from './requests/device-requests';
import { createObservations, type Observations } from './requests/observations';
import { createRegisteredReach } from './requests/registered-reach';
import { QUEUE_LIMITS } from './requests/request-queues';

/** A device, and the registration that it speaks under. */
export type Registered = Pick<RegisteredPeer, 'deviceId' | 'registrationId'>;

interface ConversationsDeps {
  core: Pick<CoapCore, 'registrations'>;
  gatewayId: string;
  request: Front['request'];
  /** Where datagrams for the device go; null: nowhere now. */
  peerOf(registration: Registration): Peer | null;
  /** Null: no device is registered from there. */
  registeredAt(peer: Peer): Promise<Registered | null>;
  /** A device has told of what is observed of it. Rejects when that can't be taken now. */
  onTold(deviceId: DeviceId, resources: Pick<Resources, 'resources'>): Promise<void>;
  observeSecret: Uint8Array;
  quotas: Pick<CoapQuotas, 'peers' | 'deviceRequestsWaiting'>;
  metrics: Pick<CoapMetrics, 'notificationsDropped'>;
}

/** What is asked of devices and told by them, and when: a device with queue mode listens only for a while after each of its messages. */
export interface Conversations {
  readonly requests: DeviceRequests;
  /** A message of the device: what waits for that goes on once the message has its answer. */
  heard(device: Registered): void;
  /** The same of a Register or Update, which core knows. `moved`: its registration is another one than before, or it is elsewhere. */
  registered(device: Registered, moved: boolean): void;
  onNotification: Observations['onNotification'];
  stop(): void;
}

export function createConversations(deps: ConversationsDeps): Conversations {
  const { core, gatewayId, request, peerOf, registeredAt, onTold, observeSecret, quotas, metrics } = deps;
  const { registrations } = core;
  const reach = createRegisteredReach({ gatewayId, registrations, peerOf, mostDevices: quotas.peers });
  const observations = createObservations({
    secret: observeSecret,
    registrationOf: registeredAt,
    onHeard: heard,
    onResources: (notification) => onTold(notification.deviceId, notification),
    dropped: (reason) => metrics.notificationsDropped[reason].inc(),
  });
  const limits = { ...QUEUE_LIMITS, perDevice: quotas.deviceRequestsWaiting };
  const requests = createDeviceRequests({ ...reach, request, observations, limits });

  /** Behind the answer to what was heard. */
  function soon(tell: (deviceId: DeviceId) => void, { deviceId, registrationId }: Registered): void {
    reach.heard(registrationId);
    setImmediate(() => tell(deviceId));
  }

  function heard(device: Registered): void {
    registrations.heard(device.registrationId, gatewayId);
    soon(requests.heard, device);
  }

  return {
    requests,
    heard,
    registered: (device, moved) => soon(moved ? requests.moved : requests.heard, device),
    onNotification: observations.onNotification,
    stop: () => requests.stop(),
  };
}
