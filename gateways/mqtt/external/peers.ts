import type { DeviceId } from '../../../schema/model/ids';
import type { DownMessage, Identity, MqttDialect, Peer } from '../dialect';

/** A device behind the broker, as far as this gateway remembers it: its quotas hang on it. */
export interface BrokerPeer extends Peer {
  /** The last topic it was heard on, since when in a row, and how often it was looked up for that. */
  heardOn: string;
  heardSince: number;
  lookedUp: number;
}

export type SendTo = (message: DownMessage) => Promise<boolean>;

/** The same peer for the same device, for as long as it is among the last `capacity` that were heard. */
export function createPeers(capacity: number, send: SendTo): (identity: Identity, dialect: MqttDialect) => BrokerPeer {
  const peers = new Map<DeviceId, BrokerPeer>();
  return (identity, dialect) => {
    const { deviceId, alias } = identity;
    let peer = peers.get(deviceId);
    if (peer === undefined || peer.dialect !== dialect || peer.alias !== alias) {
      peer = { ...identity, dialect, closed: false, send, heardOn: '', heardSince: 0, lookedUp: 0 };
      const [oldest] = peers.size >= capacity ? peers.keys() : [];
      if (oldest !== undefined) peers.delete(oldest);
    } else peers.delete(deviceId);
    peers.set(deviceId, peer);
    return peer;
  };
}
