import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { DatagramLine, OnMessage, ServerAddress } from './datagram-line';

/** Plain CoAP: a UDP socket that is connected to the server. */
export class UdpLine implements DatagramLine {
  private socket: Socket | null = null;

  constructor(
    private readonly server: ServerAddress,
    private readonly onMessage: OnMessage,
  ) {}

  get port(): number {
    return this.socket?.address().port ?? 0;
  }

  async open(): Promise<void> {
    const before = this.socket;
    const socket = createSocket(isIPv6(this.server.host) ? 'udp6' : 'udp4');
    // That nobody is there, it learns by its time-outs.
    socket.on('error', () => undefined);
    socket.on('message', (datagram) => this.socket === socket && this.onMessage(datagram));
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.connect(this.server.port, this.server.host, resolve);
    });
    this.socket = socket;
    before?.close();
  }

  send(message: Buffer): void {
    this.socket?.send(message, () => undefined);
  }

  rebind(): Promise<void> {
    return this.open();
  }

  cut(): void {
    this.socket?.close();
    this.socket = null;
  }

  close(): void {
    this.cut();
  }
}
