import { randomBytes } from 'node:crypto';
import { type Context, createEngine, type Engine, loadModule } from '../../../gateways/coap/dtls/engine';

/** IANA's numbers of the cipher suites. */
export const SUITES = { CCM_8: 0xc0a8, CCM: 0xc0a4, GCM: 0x00a8, CBC: 0x00ae } as const;
const MEMORY_BYTES = 1024 * 1024 * 1024;

export interface DtlsClientOptions {
  identity: string | Buffer;
  key: Uint8Array;
  send(datagram: Buffer): void;
  onMessage?(plaintext: Buffer): void;
  /** The server has ended the session, or the handshake has failed. */
  onEnd?(reason: 'closed' | 'failed' | 'timeout'): void;
  /** Whether its records shall have a connection id (RFC 9146); otherwise it offers none. */
  connectionId?: boolean;
  /** The only suite to offer. */
  suite?: number;
  /** What the client is made with; one engine serves many clients. */
  engine?: Engine;
}

/** A DTLS-PSK client without a socket: what it sends may leave from any address, and each datagram that comes goes to `receive`. */
export interface DtlsClient {
  /** Rejects when the handshake fails. */
  connect(): Promise<void>;
  receive(datagram: Buffer): void;
  send(plaintext: Uint8Array): boolean;
  /** Without a word to the server: as after a loss of power. */
  vanish(): void;
  close(): void;
  readonly suite: number;
  /** Whether records to the server have its connection id. */
  readonly hasConnectionId: boolean;
}

let engineOfAll: Promise<Engine> | null = null;

/** Clients whose own records need no id: `connectionIdBytes` 0, as devices have it. */
export async function createClientEngine(options: { connectionIdBytes?: number; firstRetransmitMs?: number } = {}): Promise<Engine> {
  const { connectionIdBytes = 0, firstRetransmitMs = 1000 } = options;
  return createEngine(await loadModule(), { memoryBytes: MEMORY_BYTES, connectionIdBytes, firstRetransmitMs, lastRetransmitMs: 16_000 });
}

export async function createDtlsClient(options: DtlsClientOptions): Promise<DtlsClient> {
  engineOfAll ??= createClientEngine();
  const engine = options.engine ?? (await engineOfAll);
  const credentials = { identity: Buffer.from(options.identity), key: options.key };
  let context: Context | null = engine.openClient(
    credentials,
    options.connectionId === false ? null : randomBytes(options.engine ? 6 : 0),
    options.suite,
  );
  if (context === null) throw new Error('The engine of the DTLS clients has no memory left.');
  let connected: { resolve(): void; reject(error: Error): void } | null = null;
  let isUp = false;
  let timer: NodeJS.Timeout | undefined;

  const flush = (): void => {
    for (const datagram of engine.takeSent()) options.send(datagram);
  };

  function end(reason: 'closed' | 'failed' | 'timeout' | 'vanished', tell = false): void {
    clearTimeout(timer);
    if (context === null) return;
    const old = context;
    context = null;
    engine.close(old, tell);
    flush();
    connected?.reject(new Error(`The DTLS handshake ended: ${reason}.`));
    connected = null;
    if (reason !== 'vanished') options.onEnd?.(reason);
  }

  function goOn(datagram: Buffer | null): void {
    if (context === null) return;
    const step = engine.handshake(context, datagram);
    flush();
    if (context === null || isUp) return;
    if (step === 'failed' || step === 'timeout') end(step);
    else if (step === 'done') up();
    else arm();
  }

  function up(): void {
    isUp = true;
    clearTimeout(timer);
    connected?.resolve();
    connected = null;
    drain(null);
  }

  function arm(): void {
    clearTimeout(timer);
    const due = context === null ? null : engine.due(context);
    if (due === null) return;
    timer = setTimeout(() => goOn(null), Math.max(0, Math.ceil(due - performance.now())));
    timer.unref();
  }

  function drain(datagram: Buffer | null): void {
    let input = datagram;
    while (context !== null) {
      const reading = engine.read(context, input);
      input = null;
      flush();
      if (reading === 'nothing') return;
      if (reading === 'closed' || reading === 'failed') end(reading);
      else options.onMessage?.(reading);
    }
  }

  return {
    connect: () =>
      new Promise<void>((resolve, reject) => {
        connected = { resolve, reject };
        goOn(null);
      }),
    receive(datagram) {
      if (isUp) drain(datagram);
      else goOn(datagram);
    },
    send(plaintext) {
      if (context === null || !isUp) return false;
      const written = engine.write(context, plaintext);
      flush();
      return written;
    },
    vanish: () => end('vanished'),
    close: () => end('closed', true),
    get suite() {
      return context === null ? 0 : engine.suite(context);
    },
    get hasConnectionId() {
      return context !== null && engine.sendsConnectionId(context);
    },
  };
}
