/** A device's place on its network, whatever it speaks there. */
export interface DeviceConnection {
  readonly connected: boolean;
  /** From now on it is kept, until it is ended. */
  begin(): void;
  /** One try, shared by all who ask meanwhile. Rejects with ConnectionRefused or with the network's error. */
  connect(): Promise<void>;
  /** Tries now, and again later for as long as it takes. */
  keepConnecting(): Promise<void>;
  connectAfter(ms: number): void;
  /** Without a word to the other side; does not come back by itself. */
  drop(): void;
  /** With a word to the other side; does not come back by itself. */
  leave(): Promise<void>;
  end(): Promise<void>;
}

/** The other side has understood and does not want this device. */
export class ConnectionRefused extends Error {}
