import type { BrokerSession } from './session';

/**
 * Elects one of the gateways at a broker, which alone subscribes to `filters`. The leader is subscribed to `topic`: a gateway that publishes
 * there and finds no subscriber becomes the leader. When two did so at once, each receives the other's name, and the smaller name wins.
 */
export interface LeaderElection {
  readonly isLeader: boolean;
  /** Becomes the leader if there is none. True: it has become it now. */
  run(session: BrokerSession): Promise<boolean>;
  /** A message on `topic`: the name of a gateway that has become the leader, or nothing if it only asked. */
  receive(session: BrokerSession, name: string): void;
  /** The connection has ended, and with it the leadership. */
  reset(): void;
}

export function createLeaderElection(
  topic: string,
  filters: readonly string[],
  ownName: string,
  onChange: (isLeader: boolean) => void,
): LeaderElection {
  let isLeader = false;

  function become(next: boolean): void {
    if (isLeader === next) return;
    isLeader = next;
    onChange(next);
  }

  async function stepDown(session: BrokerSession): Promise<void> {
    become(false);
    await session.unsubscribe([...filters, topic]);
  }

  return {
    get isLeader() {
      return isLeader;
    },
    async run(session) {
      if (isLeader || (await session.publish(topic, '', 1)) === 'taken') return false;
      await session.subscribe([...filters, topic]);
      become(true);
      await session.publish(topic, ownName, 1);
      return true;
    },
    receive(session, name) {
      if (!isLeader || name === '' || name === ownName) return;
      const next = name < ownName ? stepDown(session) : session.publish(topic, ownName, 1);
      next.catch(() => undefined);
    },
    reset: () => become(false),
  };
}
