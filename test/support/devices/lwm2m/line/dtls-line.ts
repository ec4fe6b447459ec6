// biome-ignore lint/style/noRestrictedImports: no library speaks DTLS with a connection id; other clients' interoperation is proven elsewhere.
import { createDtlsClient, type DtlsClient } from '../../../dtls/client';
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

const HANDSHAKE_MS = 30_000;

/** CoAP over DTLS with a pre-shared key. */
export class DtlsLine implements DatagramLine {
  private readonly udp: UdpLine;
  private client: DtlsClient | null = null;

  constructor(
    server: ServerAddress,
    private readonly psk: PskSettings,
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
    const client = await createDtlsClient({
      ...this.psk,
      send: (datagram) => this.udp.send(datagram),
      onMessage: (plaintext) => this.client === client && this.onMessage(plaintext),
    });
    this.client = client;
    const timer = setTimeout(() => client.vanish(), patience(HANDSHAKE_MS));
    try {
      await client.connect();
    } catch (error) {
      if (this.client === client) this.cut();
      throw error;
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
