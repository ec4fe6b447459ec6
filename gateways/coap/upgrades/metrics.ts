import { Counter, Gauge, type Registry } from 'prom-client';
import type { Ask } from '../../../core/reports/lwm2m/contract';
import { ASK_OUTCOMES, type AskOutcome } from './outcome-label';

const ASKS = ['look', 'offer', 'push', 'observe', 'reset', 'execute', 'release'] as const satisfies readonly Ask['kind'][];

/** Why a conversation was not begun, or has not gone on: the next message of the device or the clock takes it up. */
export const CONVERSATION_DROPS = ['unavailable', 'no_room', 'endless'] as const;
export type ConversationDrop = (typeof CONVERSATION_DROPS)[number];

export interface UpgradeMetrics {
  /** Something was asked of a device. */
  asked(kind: Ask['kind'], outcome: AskOutcome): void;
  dropped(reason: ConversationDrop): void;
  /** Conversations now, read when the metrics are. */
  watch(conversations: () => number): void;
}

export function createUpgradeMetrics(registry: Registry): UpgradeMetrics {
  const registers = [registry];
  const asks = new Counter({
    ...{ name: 'updraft_coap_upgrade_asks_total', registers, labelNames: ['ask', 'outcome'] },
    help: 'What devices were asked for their upgrades, by what became of it',
  });
  const drops = new Counter({
    ...{ name: 'updraft_coap_conversations_dropped_total', registers, labelNames: ['reason'] },
    help: 'Conversations with devices about upgrades that were not begun or have not gone on, by reason',
  });
  for (const ask of ASKS) for (const outcome of ASK_OUTCOMES) asks.inc({ ask, outcome }, 0);
  for (const reason of CONVERSATION_DROPS) drops.inc({ reason }, 0);
  return {
    asked: (ask, outcome) => asks.inc({ ask, outcome }),
    dropped: (reason) => drops.inc({ reason }),
    watch(conversations) {
      new Gauge({
        ...{ name: 'updraft_coap_conversations', help: 'Conversations with devices about upgrades now', registers },
        collect() {
          this.set(conversations());
        },
      });
    },
  };
}
