import type { GatewayRegistrations } from '../../core/registrations/contract';
import type { DeviceId } from '../../schema/model/ids';
import type { Registration } from '../../schema/model/registration/registration';
import { inTime } from '../in-time';
import type { Peer } from './front/peer';
import type { RegisteredPeers } from './registered-peers';

interface LoadDeps {
  registrations: Pick<GatewayRegistrations, 'registrationsAt'>;
  gatewayId: string;
  peers: RegisteredPeers;
  /** How many may be known. */
  most: number;
  peerOf(registration: Registration): Peer | null;
}

const PAGE = 500;

/**
 * Devices without DTLS are where they were when a process begins anew, so it knows them from the store as if it had heard them. What it has
 * heard meanwhile stands.
 */
export async function loadPlainPeers({ registrations, gatewayId, peers, most, peerOf }: LoadDeps): Promise<void> {
  let after: DeviceId | undefined;
  for (let loaded = 0; loaded < most; ) {
    const page = await inTime(registrations.registrationsAt(gatewayId, { after, most: PAGE }));
    const now = Date.now();
    for (const registration of page) {
      const { _id: deviceId, registrationId, identity, expiresAt } = registration;
      if (identity !== null || expiresAt.getTime() <= now || peers.ofDevice(deviceId)) continue;
      const peer = peerOf(registration);
      if (peer === null || peers.ofPeer(peer)) continue;
      peers.set({ deviceId, registrationId, peer });
      loaded += 1;
    }
    after = page.at(-1)?._id;
    if (page.length < PAGE) return;
  }
}
