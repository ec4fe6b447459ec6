import type { Address } from './address.js';
import type { DueQueue } from './due-queue.js';
import type { Context, Engine } from './engine.js';
import type { DtlsEvent } from './events.js';
import type { HalfOpen } from './handshakes.js';
import type { DtlsLimits } from './limits.js';
import type { Session } from './sessions.js';

/** What handshakes and sessions both work with. */
export interface Shared {
  readonly engine: Engine;
  readonly limits: DtlsLimits;
  /** Handshakes and sessions by the connection ids that this side has given them. */
  readonly byConnectionId: Map<number, HalfOpen | Session>;
  readonly due: DueQueue<HalfOpen | Session>;
  now(): number;
  count(event: DtlsEvent): void;
  /** Sends what the engine has made. */
  flush(to: Address): void;
  /** Runs what may throw because somebody else's code does, or the engine: nothing leaves it. */
  safely(work: () => void): void;
  /** The same for work that does not run inside a call to the server. */
  enter(work: () => void): void;
}

/** What a handshake hands over to the session that it becomes. */
export interface Finished {
  context: Context;
  from: Address;
  readonly identity: string;
  readonly key: Uint8Array;
  /** Of the ClientHello. */
  mark: number;
  connectionId: number;
}
