import { patience } from '../../patience';
import type { DatagramLine, OnMessage, ServerAddress } from './datagram-line';
import { UdpLine } from './udp-line';

export interface PskSettings {
  identity: string;
  key: Uint8Array;
  /** Whether its records have a connection id (RFC 9146). Default true. */
  connectionId?: boolean;
  /** The only suite to offer, by IANA's number. */
  suite?: number;
}

/** The client's end of a session. It has no socket: what it sends may leave from any port. */
export interface DtlsEnd {
  /** Rejects when the handshake fails. */
  connect(): Promise<void>;
  receive(datagram: Buffer): void;
  send(plaintext: Uint8Array): boolean;
  /** Without a word to the server. */
  vanish(): void;
  close(): void;
  readonly hasConnectionId: boolean;
}

/** Who implements DTLS is not the device's business. */
export type DtlsOf = (settings: PskSettings & { send(datagram: Buffer): void; onMessage(plaintext: Buffer): void }) => Promise<DtlsEnd>;

/** A key, and what makes sessions of it. */
export interface Security {
  psk: PskSettings;
  dtlsOf: DtlsOf;
}

/** The handshake has failed, or nobody answered. */
export class NoSession extends Error {}

const HANDSHAKE_MS = 30_000;

/** CoAP over DTLS with a pre-shared key. */
export class DtlsLine implements DatagramLine {
  private readonly udp: UdpLine;
  private client: DtlsEnd | null = null;

  constructor(
    server: ServerAddress,
    private readonly security: Security,
    private readonly onMessage: OnMessage,
  ) {
    this.udp = new UdpLine(server, (datagram) => this.client?.receive(datagram));
  }

  get port(): number {
    return this.udp.port;
  }

  /** Whether the server has given a connection id. */
  get hasConnectionId(): boolean {
    return this.client?.hasConnectionId ?? false;
  }

  async open(): Promise<void> {
    this.cut();
    await this.udp.open();
    const { psk, dtlsOf } = this.security;
    const client = await dtlsOf({
      ...psk,
      send: (datagram) => this.udp.send(datagram),
      onMessage: (plaintext) => this.client === client && this.onMessage(plaintext),
    });
    this.client = client;
    const timer = setTimeout(() => client.vanish(), patience(HANDSHAKE_MS));
    try {
      await client.connect();
    } catch (error) {
      if (this.client === client) this.cut();
      throw new NoSession('no DTLS session', { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }

  send(message: Buffer): void {
    this.client?.send(message);
  }

  rebind(): Promise<void> {
    return this.udp.rebind();
  }

  cut(): void {
    this.client?.vanish();
    this.client = null;
    this.udp.cut();
  }

  close(): void {
    this.client?.close();
    this.cut();
  }
}
