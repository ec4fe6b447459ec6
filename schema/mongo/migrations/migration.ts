import type { Collections } from '../connect';

/** What migrations work with. What they need of the layers above is handed in. */
export interface MigrationTools {
  collections: Collections;
  /** Device secrets and rows of imports, as the core encrypts them. */
  sealSecret(deviceId: string, secret: string): string;
  sealRows(pieceId: string, text: string): string;
  openRows(pieceId: string, sealed: string): string;
}

/**
 * A change of documents that are stored already, run once for a database, before anything else reads it. It may be killed at any instant and
 * begins again then: so it looks for what is left to do, writes only what is still as it was read, and keeps no more than a portion in memory.
 */
export interface Migration<T extends MigrationTools = MigrationTools> {
  /** The order they run in. Never given twice, never changed. */
  number: number;
  /** For people. */
  name: string;
  /** Stops, soon, when the signal says so: another process may be at it. */
  run(tools: T, signal: AbortSignal): Promise<void>;
}
