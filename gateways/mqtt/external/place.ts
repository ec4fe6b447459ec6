import type { BrokerSession } from './session';

/**
 * A place that one gateway at a time has, with subscriptions that go with it. Who asks on `topic` and finds nobody subscribed takes it;
 * when two did so at once, they hear each other, and the smaller name stays.
 */
export interface Place {
  readonly isHeld: boolean;
  /** Takes the place if it is free. True: it was. */
  take(session: BrokerSession): Promise<boolean>;
  /** What came on `topic`. */
  heard(session: BrokerSession, claim: string): void;
  /** The connection has ended. */
  lose(): void;
}

export function createPlace(topic: string, filters: readonly string[], name: string, onChange: (isHeld: boolean) => void): Place {
  let holds = false;

  function become(next: boolean): void {
    if (holds === next) return;
    holds = next;
    onChange(next);
  }

  async function stepDown(session: BrokerSession): Promise<void> {
    become(false);
    await session.unsubscribe([...filters, topic]);
  }

  return {
    get isHeld() {
      return holds;
    },
    async take(session) {
      if (holds || (await session.publish(topic, '', 1)) === 'taken') return false;
      await session.subscribe([...filters, topic]);
      become(true);
      await session.publish(topic, name, 1);
      return true;
    },
    heard(session, claim) {
      if (!holds || claim === '' || claim === name) return;
      const next = claim < name ? stepDown(session) : session.publish(topic, name, 1);
      next.catch(() => undefined);
    },
    lose: () => become(false),
  };
}
