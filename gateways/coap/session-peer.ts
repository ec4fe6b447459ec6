import type { Proof } from '../../schema/model/device/generations';
import type { DeviceId } from '../../schema/model/ids';
import type { DtlsSession } from './dtls/server';
import type { Peer } from './front/peer';

/** The device that a session is of, and what has let it in. */
export interface SessionOwner {
  deviceId: DeviceId;
  proof: Proof;
}

/** The other end of a DTLS session, wherever that goes. */
export class SessionPeer implements Peer {
  readonly key: string;
  /** Nothing can be sent to it any more. */
  ended = false;

  constructor(
    private readonly session: DtlsSession,
    readonly owner: SessionOwner,
  ) {
    this.key = `dtls ${session.id}`;
  }

  get identity(): string {
    return this.session.identity;
  }

  get address(): string {
    return this.session.address;
  }

  get port(): number {
    return this.session.port;
  }

  send(datagram: Buffer): void {
    this.session.send(datagram);
  }

  end(): void {
    this.session.end();
  }
}

export const isGone = (peer: Peer): boolean => peer instanceof SessionPeer && peer.ended;

/** What has let a peer in; undefined over plain CoAP. */
export const proofOf = (peer: Peer): Proof | undefined => (peer instanceof SessionPeer ? peer.owner.proof : undefined);

/** The device that a peer has proven to be; null over plain CoAP. */
export const provenDevice = (peer: Peer): DeviceId | null => (peer instanceof SessionPeer ? peer.owner.deviceId : null);
