/** Where a device's server is. */
export interface ServerAddress {
  host: string;
  port: number;
}

/** What a device speaks CoAP over. It hears its server only, as behind a NAT. */
export interface DatagramLine {
  /** The local port; 0 without one. */
  readonly port: number;
  /** From a new port, and by a new handshake where keys are used. Rejects when that fails. */
  open(): Promise<void>;
  send(message: Buffer): void;
  /** Another local port, as after a long sleep behind a NAT: a session that there is stays. */
  rebind(): Promise<void>;
  /** Without a word to the server. */
  cut(): void;
  /** Tells the server, where there is something to tell. */
  close(): void;
}

/** Gets each message that comes. */
export type OnMessage = (message: Buffer) => void;
