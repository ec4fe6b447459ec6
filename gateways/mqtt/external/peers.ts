import { LRUCache } from 'lru-cache';
import { atMost } from '../../../core/at-most';
import type { Proof } from '../../../schema/model/device/generations';
import type { DeviceId } from '../../../schema/model/ids';
import type { DownMessage, Identity, MqttDialect } from '../dialect';
import type { ChildOf, FamilyPeer } from '../families';

/** A device at the broker, as far as this gateway remembers it: its quotas hang on it. */
export interface BrokerPeer extends FamilyPeer {
  /** As its device was known when it was last looked up. */
  proof?: Proof;
  /** The last topic it was heard on, since when in a row, and how often it was looked up for that. */
  heardOn: string;
  heardSince: number;
  lookedUp: number;
}

export type SendTo = (message: DownMessage) => Promise<boolean>;

export interface Peers {
  /** The same peer for the same device, for as long as it is among the last `capacity` that were heard. */
  peerOf(identity: Identity, dialect: MqttDialect): BrokerPeer;
  remembered(deviceId: DeviceId): BrokerPeer | undefined;
  /** Its next message is looked up, however many came a moment ago. */
  forget(deviceId: DeviceId): void;
}

export function createPeers(capacity: number, send: SendTo, childOf: ChildOf): Peers {
  const peers = new LRUCache<DeviceId, BrokerPeer>(atMost(capacity));

  function begin(identity: Identity, dialect: MqttDialect): BrokerPeer {
    const peer: BrokerPeer = {
      ...{ ...identity, dialect, closed: false, children: 0, send },
      ...{ heardOn: '', heardSince: 0, lookedUp: 0 },
      childOf: (deviceId) => childOf(peer, deviceId),
    };
    return peer;
  }

  return {
    peerOf(identity, dialect) {
      const { deviceId, alias } = identity;
      let peer = peers.get(deviceId);
      if (peer === undefined || peer.dialect !== dialect || peer.alias !== alias) {
        peer = begin(identity, dialect);
        peers.set(deviceId, peer);
      }
      return peer;
    },
    remembered: (deviceId) => peers.peek(deviceId),
    forget(deviceId) {
      const peer = peers.peek(deviceId);
      if (peer) peer.heardOn = '';
    },
  };
}
