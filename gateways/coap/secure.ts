import type { SampledLog } from '../../core/sampled-log';
import { inTime } from '../in-time';
import type { CoapCore } from './core';
import { createDtlsServer, type DtlsServer } from './dtls/server';
import { inEvenTime } from './even-time';
import type { Peer } from './front/peer';
import { openUdp, type UdpSockets } from './front/udp';
import type { CoapMetrics } from './metrics';
import type { CoapQuotas } from './quotas';
import { type SessionOwner, SessionPeer } from './session-peer';

interface SecureDeps {
  devices: CoapCore['devices'];
  addresses: readonly string[];
  port: number;
  quotas: CoapQuotas;
  receive(peer: Peer, message: Buffer): void;
  /** It has proven the key that its device had when the handshake began. */
  onCome(peer: SessionPeer): void;
  /** Nothing can be sent to it any more. */
  onGone(peer: Peer): void;
  metrics: Pick<CoapMetrics, 'dtls' | 'dropped'>;
  sampled: SampledLog;
}

/** CoAP over DTLS with pre-shared keys: sockets, and sessions that prove who is there. */
export interface SecureCoap extends Pick<UdpSockets, 'bound'> {
  /** The newest session of an identity; null: it has none here. */
  peerOf(identity: string): Peer | null;
  sessions(): Iterable<SessionPeer>;
  state(): ReturnType<DtlsServer['state']>;
  /** Each session is told of its end. */
  close(): Promise<void>;
}

export async function openSecure(deps: SecureDeps): Promise<SecureCoap> {
  const { devices, quotas, receive, onCome, onGone, metrics, sampled } = deps;
  /** Whose keys are, each as it was found for one handshake: the same identity may have another one by the next. */
  const owners = new WeakMap<Uint8Array, SessionOwner>();
  /** One for each session, so that its conversation has one key. */
  const peers = new Map<number, SessionPeer>();
  const onError = (error: unknown): void => sampled.error('dtls', { err: error }, 'Something failed while a DTLS datagram was worked at');
  let sockets: UdpSockets | null = null;

  async function keyOf(identity: string): Promise<Buffer | null> {
    const found = await inEvenTime(() => inTime(devices.pskOf(identity)));
    if (found === null) return null;
    const { deviceId, proof } = found;
    const key = Buffer.from(found.key);
    owners.set(key, { deviceId, proof });
    return key;
  }

  const server = await createDtlsServer({
    keyOf,
    send: (datagram, port, address) => sockets?.peerAt({ address, port })?.send(datagram),
    onSession(session) {
      const owner = owners.get(session.key);
      if (owner === undefined) session.end();
      else {
        const peer = new SessionPeer(session, owner);
        peers.set(session.id, peer);
        onCome(peer);
      }
    },
    onMessage({ id }, plaintext) {
      const peer = peers.get(id);
      if (peer) receive(peer, plaintext);
    },
    onEnd({ id }) {
      const peer = peers.get(id);
      peers.delete(id);
      if (!peer) return;
      peer.ended = true;
      onGone(peer);
    },
    limits: {
      sessions: quotas.sessions,
      halfOpen: quotas.handshakes,
      halfOpenPerAddress: quotas.addressHandshakes,
      memoryBytes: quotas.dtlsBytes,
      idleSeconds: quotas.sessionIdleSeconds,
    },
    count: (event) => metrics.dtls(event),
    onError,
  });
  sockets = await openUdp({
    addresses: deps.addresses,
    port: deps.port,
    receive: ({ address, port }, datagram) => server.receive(datagram, { address, port }),
    onError,
    onDropped: () => metrics.dropped.send_failed.inc(),
  }).catch((error) => {
    server.close();
    throw error;
  });
  const { bound, close } = sockets;

  return {
    bound,
    peerOf(identity) {
      const newest = server.sessionsOf(identity).at(-1);
      return (newest && peers.get(newest.id)) ?? null;
    },
    sessions: () => peers.values(),
    state: () => server.state(),
    async close() {
      // While the sockets are there.
      server.close();
      await close();
    },
  };
}
