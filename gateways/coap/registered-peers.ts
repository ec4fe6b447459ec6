import { LRUCache } from 'lru-cache';
import { atMost } from '../../core/at-most';
import type { DeviceId } from '../../schema/model/ids';
import type { Peer } from './front/peer';

/** A device, as it was last heard by this process. */
export interface RegisteredPeer {
  deviceId: DeviceId;
  registrationId: string;
  peer: Peer;
}

/** Which devices talk to this process, and from where. Whether they are registered still is what the store knows. */
export interface RegisteredPeers {
  /** Takes the place of what was known of the device and of the peer. */
  set(registered: RegisteredPeer): void;
  ofDevice(deviceId: DeviceId): RegisteredPeer | undefined;
  /** The device that has registered from there. */
  ofPeer(peer: Pick<Peer, 'key'>): RegisteredPeer | undefined;
  forget(deviceId: DeviceId): void;
}

/** Of `most` devices: those heard last. */
export function createRegisteredPeers(most: number): RegisteredPeers {
  const byPeer = new Map<string, RegisteredPeer>();
  const byDevice = new LRUCache<DeviceId, RegisteredPeer>({
    ...atMost(most),
    dispose(gone) {
      if (byPeer.get(gone.peer.key) === gone) byPeer.delete(gone.peer.key);
    },
  });
  return {
    set(registered) {
      const before = byPeer.get(registered.peer.key);
      if (before !== undefined) byDevice.delete(before.deviceId);
      byDevice.set(registered.deviceId, registered);
      byPeer.set(registered.peer.key, registered);
    },
    ofDevice: (deviceId) => byDevice.get(deviceId),
    ofPeer: ({ key }) => byPeer.get(key),
    forget: (deviceId) => void byDevice.delete(deviceId),
  };
}
