import { LRUCache } from 'lru-cache';
import { atMost } from '../../../../core/at-most';
import type { GatewayRegistrations } from '../../../../core/registrations/contract';
import type { Registration } from '../../../../schema/model/registration/registration';
import type { Peer } from '../../front/peer';
import type { Reach } from './reach';

export interface RegisteredReachDeps {
  gatewayId: string;
  registrations: Pick<GatewayRegistrations, 'registrationOf' | 'ackTimeoutSecondsOf' | 'unanswered' | 'heard'>;
  /** Where datagrams for the device go; null: nowhere, before it was heard, as when its DTLS session has ended. */
  peerOf(registration: Registration): Peer | null;
  /** Devices whose last message is remembered. When full, the one heard longest ago is forgotten, and asked for in the store. */
  mostDevices?: number;
  now?: () => number;
}

export interface RegisteredReach extends Reach {
  /** To be called before what waits for the device goes on: the store learns of it a little later. */
  heard(registrationId: string): void;
}

const MOST_DEVICES = 50_000;

/** Reaches devices by their registrations, and by what this process has heard since those were read. */
export function createRegisteredReach(deps: RegisteredReachDeps): RegisteredReach {
  const { gatewayId, registrations, peerOf, mostDevices = MOST_DEVICES, now = Date.now } = deps;
  const heardAt = new LRUCache<string, number>(atMost(mostDevices));

  function listens({ registrationId, queueMode, reachableUntil, awakeSeconds }: Registration): boolean {
    if (reachableUntil.getTime() > now()) return true;
    return queueMode && (heardAt.get(registrationId) ?? Number.NEGATIVE_INFINITY) + awakeSeconds * 1_000 > now();
  }

  return {
    heard: (registrationId) => void heardAt.set(registrationId, now()),

    async reach(deviceId) {
      const registration = await registrations.registrationOf(deviceId);
      if (registration?.gatewayId !== gatewayId) return 'gone';
      const peer = listens(registration) ? peerOf(registration) : null;
      if (peer === null) return 'asleep';
      const { registrationId, version, queueMode, root } = registration;
      return { registrationId, peer, version, queueMode, root, ackTimeoutMs: (await registrations.ackTimeoutSecondsOf(deviceId)) * 1_000 };
    },

    answered({ registrationId }) {
      heardAt.set(registrationId, now());
      registrations.heard(registrationId, gatewayId);
    },

    async unanswered({ registrationId }, sentAt) {
      if ((heardAt.get(registrationId) ?? Number.NEGATIVE_INFINITY) > sentAt.getTime()) return;
      heardAt.delete(registrationId);
      await registrations.unanswered(registrationId, gatewayId, sentAt);
    },
  };
}
