import { FRONT_LIMITS } from './front/limits';

/** What devices may take of a gateway over CoAP. Settings of an installation. */
export interface CoapQuotas {
  /** Of one device: Register with a name. */
  registersPerMinute: number;
  /** Of one address: requests that are no downloads. */
  addressRequestsPerSecond: number;
  /** Requests that are worked at together, and how many wait for that. */
  requests: number;
  requestsWaiting: number;
  /** Requests to one device that wait for their turn, or for the device to wake. */
  deviceRequestsWaiting: number;
  /** Devices that are spoken with about their upgrades at once, and how many wait for that. */
  conversations: number;
  conversationsWaiting: number;
  /** Messages that are remembered so that a repeated one is answered and not worked at again. */
  duplicates: number;
  /** Devices whose address or session is remembered; of others the store is asked. */
  peers: number;
  /** DTLS sessions, and handshakes that are not over: in all, and of one address. */
  sessions: number;
  handshakes: number;
  addressHandshakes: number;
  /** Bytes that DTLS may take for all of these. */
  dtlsBytes: number;
  /** A DTLS session that has got nothing for so long ends. */
  sessionIdleSeconds: number;
  /** A DTLS session of a device that was deleted, disabled or given another key ends within about so long, should it have been missed. */
  sessionCheckMs: number;
}

export const COAP_QUOTAS: CoapQuotas = {
  registersPerMinute: 60,
  addressRequestsPerSecond: 1_000,
  requests: 256,
  requestsWaiting: 5_000,
  deviceRequestsWaiting: 32,
  conversations: 5_000,
  conversationsWaiting: 50_000,
  duplicates: FRONT_LIMITS.duplicates,
  peers: 100_000,
  sessions: 20_000,
  handshakes: 2_000,
  addressHandshakes: 200,
  dtlsBytes: 512 * 1024 * 1024,
  sessionIdleSeconds: 86_400,
  sessionCheckMs: 30_000,
};
