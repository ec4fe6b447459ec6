import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { Client } from 'aedes';
import type { Proof } from '../../../schema/model/device/generations';
import type { DeviceId } from '../../../schema/model/ids';
import type { Authenticated } from '../authenticate';
import type { DownMessage, MqttDialect, Peer } from '../dialect';
import type { ChildOf } from '../families';

/** One connection of one device, from its CONNACK until it closes. */
export interface Session extends Peer {
  /** Later sessions sort after earlier ones of the same process. */
  readonly id: string;
  readonly client: Client;
  /** Filters the device subscribed to, with the QoS granted. They only choose the QoS of what it gets anyway. */
  readonly granted: Map<string, 0 | 1>;
  children: number;
  /** One of the same device had to make room for it. */
  readonly tookOver: boolean;
  /** Fingerprint of the certificate that let it in. */
  readonly certificate?: string;
  readonly proof: Proof;
}

/** Writes a message to the session's own connection; false: it has gone. */
export type Deliver = (session: Session, message: DownMessage) => Promise<boolean>;

/** What sessions have in common. */
interface Ways {
  deliver: Deliver;
  childOf: ChildOf;
}

export interface Sessions {
  /** Begins a session; one of the same device that is still there ends before (`onEnd`), and its connection is closed. */
  begin(proven: Authenticated, client: Client): Session;
  /** Ends a session once; anything else is ignored. */
  end(session: Session): void;
  of(deviceId: DeviceId): Session | undefined;
  /** The one whose connection this is, while it lasts. */
  over(connection: Duplex): Session | undefined;
  all(): IterableIterator<Session>;
}

/** Methods of a class, because there are as many sessions as devices. */
class DeviceSession implements Session {
  readonly deviceId: DeviceId;
  readonly productKey: string;
  readonly deviceName: string;
  declare readonly alias?: string;
  declare readonly certificate?: string;
  readonly proof: Proof;
  readonly dialect: MqttDialect;
  readonly granted = new Map<string, 0 | 1>();
  children: number;

  constructor(
    readonly id: string,
    { identity, dialect, proof, children = 0, certificate }: Authenticated,
    readonly client: Client,
    private readonly ways: Ways,
    readonly tookOver: boolean,
  ) {
    this.dialect = dialect;
    this.proof = proof;
    this.children = children;
    this.deviceId = identity.deviceId;
    this.productKey = identity.productKey;
    this.deviceName = identity.deviceName;
    if (identity.alias) this.alias = identity.alias;
    if (certificate) this.certificate = certificate;
  }

  get closed(): boolean {
    return this.client.closed;
  }

  send(message: DownMessage): Promise<boolean> {
    return this.ways.deliver(this, message);
  }

  childOf(deviceId: DeviceId): Peer | null | Promise<Peer | null> {
    return this.ways.childOf(this, deviceId);
  }
}

export function createSessions(ways: Ways, on: { begin(session: Session): void; end(session: Session): void }): Sessions {
  const sessions = new Map<DeviceId, Session>();
  const byConnection = new WeakMap<Duplex, Session>();
  const nextId = createSessionIds();

  function end(session: Session): void {
    if (sessions.get(session.deviceId) !== session) return;
    sessions.delete(session.deviceId);
    byConnection.delete(session.client.conn);
    on.end(session);
  }

  return {
    begin(proven, client) {
      const { identity } = proven;
      const earlier = sessions.get(identity.deviceId);
      if (earlier !== undefined) {
        end(earlier);
        earlier.client.close();
      }
      const session = new DeviceSession(nextId(), proven, client, ways, earlier !== undefined);
      sessions.set(session.deviceId, session);
      byConnection.set(client.conn, session);
      on.begin(session);
      return session;
    },
    end,
    of: (deviceId) => sessions.get(deviceId),
    over: (connection) => byConnection.get(connection),
    all: () => sessions.values(),
  };
}

/** The time the process started, random bytes and a number that counts up: no two processes give the same. */
function createSessionIds(): () => string {
  const run = `${Date.now().toString(36)}-${randomBytes(4).toString('hex')}`;
  let count = 0;
  return () => {
    count += 1;
    return `${run}-${count.toString(36).padStart(7, '0')}`;
  };
}
