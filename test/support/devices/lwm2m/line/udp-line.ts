import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { DatagramLine, OnMessage, ServerAddress } from './datagram-line';

/** Plain CoAP: a UDP socket that is connected to the server. */
export class UdpLine implements DatagramLine {
  private socket: Socket | null = null;
  private cuts = 0;

  constructor(
    private readonly server: ServerAddress,
    private readonly onMessage: OnMessage,
  ) {}

  get port(): number {
    return this.socket?.address().port ?? 0;
  }

  async open(): Promise<void> {
    if (!(await this.take())) throw new Error('cut while it was opened');
  }

  send(message: Buffer): void {
    this.socket?.send(message, () => undefined);
  }

  /** Nothing where the line is cut meanwhile. */
  async rebind(): Promise<void> {
    await this.take();
  }

  cut(): void {
    this.cuts += 1;
    this.socket?.close();
    this.socket = null;
  }

  close(): void {
    this.cut();
  }

  /** A new socket in place of the one there is; false: the line was cut meanwhile. */
  private async take(): Promise<boolean> {
    const { cuts } = this;
    const socket = createSocket(isIPv6(this.server.host) ? 'udp6' : 'udp4');
    // That nobody is there, it learns by its time-outs.
    socket.on('error', () => undefined);
    socket.on('message', (datagram) => this.socket === socket && this.onMessage(datagram));
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.connect(this.server.port, this.server.host, resolve);
    });
    if (this.cuts !== cuts) {
      socket.close();
      return false;
    }
    this.socket?.close();
    this.socket = socket;
    return true;
  }
}
