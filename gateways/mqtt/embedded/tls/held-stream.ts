import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { createIdentityWatch } from './psk-identity';
import { CHANGE_CIPHER_SPEC, createRecordTypes } from './record-types';

export interface HandshakeEvents {
  /** The client has named itself. Nothing goes on until this is done; when it fails the connection ends. */
  onIdentity(identity: Buffer): Promise<void>;
  /** The handshake has been answered to its end. */
  onSecured(): void;
}

/** A TCP connection below TLS that waits, once, between the two ends. Meanwhile nothing is read from the socket. */
export class HeldStream extends Duplex {
  private waiting = false;
  private secured = false;
  private readonly watch = createIdentityWatch();
  private readonly sent = createRecordTypes();

  constructor(
    private readonly socket: Socket,
    private readonly events: HandshakeEvents,
  ) {
    super();
    socket.on('data', (chunk: Buffer) => this.receive(chunk));
    socket.once('end', () => this.push(null));
    socket.once('error', (error) => this.destroy(error));
    socket.once('close', () => this.destroy());
  }

  override _read(): void {
    if (!this.waiting) this.socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (!this.secured && this.sent(chunk).includes(CHANGE_CIPHER_SPEC)) {
      this.secured = true;
      this.events.onSecured();
    }
    this.socket.write(chunk, done);
  }

  override _final(done: () => void): void {
    this.socket.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.socket.destroy();
    done(error);
  }

  private receive(chunk: Buffer): void {
    const { through, held, identity } = this.watch(chunk);
    if (through.length > 0) this.give(through);
    if (identity === undefined || held === undefined) return;
    this.waiting = true;
    this.socket.pause();
    this.events.onIdentity(identity).then(
      () => {
        this.waiting = false;
        if (!this.destroyed) this.give(held);
      },
      () => this.destroy(),
    );
  }

  private give(bytes: Buffer): void {
    if (this.push(bytes) && !this.waiting) this.socket.resume();
    else this.socket.pause();
  }
}
