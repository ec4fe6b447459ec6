import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import type { SampledLog } from '../../../core/sampled-log';
import { createLeaderElection } from './leader-election';
import type { BrokerMetrics } from './metrics';
import { BrokerAway, type BrokerSession, openBrokerSession, type Published } from './session';
import { BROKER_LIMITS, type BrokerSettings } from './settings';

export interface BrokerConnection {
  /** Connects, and again and again, until `close`. */
  open(): void;
  readonly connected: boolean;
  onChange(listener: (connected: boolean) => void): void;
  /** Whether this gateway is the leader of those that are connected, and so the one that pushes. */
  readonly pushes: boolean;
  onPushes(listener: (pushes: boolean) => void): void;
  /** Throws BrokerAway. */
  publish(topic: string, payload: string | Buffer, qos: 0 | 1): Promise<Published>;
  close(): Promise<void>;
}

interface ConnectionDeps {
  settings: BrokerSettings;
  gatewayName: string;
  filters: readonly string[];
  /** Of the leader alone. */
  unshared: readonly string[];
  onMessage: (topic: string, payload: Buffer) => void | Promise<void>;
  /** No gateway was subscribed until now. */
  onUnheard: () => Promise<void>;
  metrics: BrokerMetrics;
  sampled: SampledLog;
  logger: Logger;
}

/** Where gateways find out about each other. */
const gatewaysTopic = (name: string): string => `updraft/gateways/${name}`;

/** The gateway's connection to the broker. It counts as connected when what devices send reaches it. */
export function createBrokerConnection(deps: ConnectionDeps): BrokerConnection {
  const { settings, gatewayName, filters, unshared, onMessage, onUnheard, metrics, sampled, logger } = deps;
  const { url, name } = settings;
  const listeners: ((connected: boolean) => void)[] = [];
  let session: BrokerSession | null = null;
  const hello = gatewaysTopic(name);
  const pushers = `${hello}/pushes`;
  const pushListeners: ((pushes: boolean) => void)[] = [];
  const election = createLeaderElection(pushers, unshared, `${gatewayName}-${randomBytes(6).toString('hex')}`, (isLeader) => {
    for (const listener of pushListeners) listener(isLeader);
  });
  const stopping = new AbortController();
  let closed = false;
  let wake = () => {};
  let running: Promise<void> = Promise.resolve();

  function become(next: BrokerSession | null): void {
    session = next;
    metrics.connected.set(next === null ? 0 : 1);
    for (const listener of listeners) listener(next !== null);
  }

  /**
   * Who says hello and is heard by nobody was alone: then messages may have been lost. It can be heard itself only after that was made
   * good, so that one which dies in between hides nothing from the next.
   */
  async function settle(opened: BrokerSession): Promise<void> {
    const first = (await opened.publish(hello, '', 1)) === 'nobody';
    await opened.subscribe(filters);
    const leads = await election.run(opened);
    if (first || leads) await onUnheard();
    await opened.subscribe([hello]);
  }

  /** The leader may have gone. */
  async function runElection(opened: BrokerSession): Promise<void> {
    try {
      if (await election.run(opened)) await onUnheard();
    } catch (error) {
      sampled.warn('leader election', { broker: url, err: error }, 'A gateway could not take over from another one; it tries again');
    }
  }

  function receive(session: BrokerSession | null, topic: string, payload: Buffer): void | Promise<void> {
    if (topic === hello) return;
    if (topic !== pushers) return onMessage(topic, payload);
    if (session !== null) election.receive(session, payload.toString());
  }

  async function once(): Promise<void> {
    let opened: BrokerSession | null = null;
    opened = await openBrokerSession(settings, gatewayName, (topic, payload) => receive(opened, topic, payload), stopping.signal);
    await serve(opened);
  }

  async function serve(opened: BrokerSession): Promise<void> {
    let elections: NodeJS.Timeout | undefined;
    try {
      await settle(opened);
      if (closed) return;
      metrics.connects.inc({ result: 'connected' });
      logger.info({ broker: url }, 'Connected to the broker of the devices');
      become(opened);
      elections = setInterval(() => void runElection(opened), BROKER_LIMITS.takeOverMs);
      const reason = await opened.ended;
      if (!closed) {
        metrics.connects.inc({ result: 'lost' });
        sampled.warn('broker lost', { broker: url, reason }, 'The connection to the broker of the devices was lost');
      }
    } finally {
      clearInterval(elections);
      election.reset();
      if (session !== null) become(null);
      await opened.close();
    }
  }

  async function run(): Promise<void> {
    for (let failures = 0; !closed; ) {
      try {
        await once();
        failures = 0;
      } catch (error) {
        if (closed) return;
        failures += 1;
        metrics.connects.inc({ result: 'failed' });
        sampled.warn('broker away', { broker: url, err: error }, 'The broker of the devices cannot be used; it is tried again');
      }
      const longest = Math.min(BROKER_LIMITS.retryMaxMs, BROKER_LIMITS.retryMinMs * 2 ** Math.min(failures, 10));
      await pause(longest * (0.5 + Math.random() / 2));
    }
  }

  async function pause(ms: number): Promise<void> {
    if (closed) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  return {
    open() {
      running = run();
    },
    get connected() {
      return session !== null;
    },
    onChange: (listener) => void listeners.push(listener),
    get pushes() {
      return election.isLeader;
    },
    onPushes: (listener) => void pushListeners.push(listener),
    publish(topic, payload, qos) {
      if (session === null) return Promise.reject(new BrokerAway('There is no connection to the broker'));
      return session.publish(topic, payload, qos);
    },
    async close() {
      closed = true;
      wake();
      stopping.abort();
      await running;
    },
  };
}
