import { randomBytes } from 'node:crypto';
import type { Client } from 'aedes';
import type { DeviceId } from '../../../schema/model/ids';
import type { DownMessage, Identity, MqttDialect, Peer } from '../dialect';

/** One connection of one device, from its CONNACK until it closes. */
export interface Session extends Peer {
  /** Later sessions sort after earlier ones of the same process. */
  readonly id: string;
  readonly client: Client;
  /** Filters the device subscribed to, with the QoS granted. They only choose the QoS of what it gets anyway. */
  readonly granted: Map<string, 0 | 1>;
}

/** Writes a message to the session's own connection; false: it has gone. */
export type Deliver = (session: Session, message: DownMessage) => Promise<boolean>;

export interface Sessions {
  /** Begins a session; one of the same device that is still there ends before (`onEnd`), and its connection is closed. */
  begin(identity: Identity, dialect: MqttDialect, client: Client): Session;
  /** Ends a session once; anything else is ignored. */
  end(session: Session): void;
  of(deviceId: DeviceId): Session | undefined;
  all(): IterableIterator<Session>;
}

/** Methods of a class, because there are as many sessions as devices. */
class DeviceSession implements Session {
  readonly deviceId: DeviceId;
  readonly productKey: string;
  readonly deviceName: string;
  declare readonly alias?: string;
  readonly granted = new Map<string, 0 | 1>();

  constructor(
    readonly id: string,
    identity: Identity,
    readonly dialect: MqttDialect,
    readonly client: Client,
    private readonly deliver: Deliver,
  ) {
    this.deviceId = identity.deviceId;
    this.productKey = identity.productKey;
    this.deviceName = identity.deviceName;
    if (identity.alias) this.alias = identity.alias;
  }

  get closed(): boolean {
    return this.client.closed;
  }

  send(message: DownMessage): Promise<boolean> {
    return this.deliver(this, message);
  }
}

export function createSessions(deliver: Deliver, on: { begin(session: Session): void; end(session: Session): void }): Sessions {
  const sessions = new Map<DeviceId, Session>();
  const nextId = createSessionIds();

  function end(session: Session): void {
    if (sessions.get(session.deviceId) !== session) return;
    sessions.delete(session.deviceId);
    on.end(session);
  }

  return {
    begin(identity, dialect, client) {
      const earlier = sessions.get(identity.deviceId);
      if (earlier !== undefined) {
        end(earlier);
        earlier.client.close();
      }
      const session = new DeviceSession(nextId(), identity, dialect, client, deliver);
      sessions.set(session.deviceId, session);
      on.begin(session);
      return session;
    },
    end,
    of: (deviceId) => sessions.get(deviceId),
    all: () => sessions.values(),
  };
}

/** Time of the process's start, a number within it, and chance: two processes never give the same. */
function createSessionIds(): () => string {
  const run = `${Date.now().toString(36)}-${randomBytes(4).toString('hex')}`;
  let count = 0;
  return () => {
    count += 1;
    return `${run}-${count.toString(36).padStart(7, '0')}`;
  };
}
