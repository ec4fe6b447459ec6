import { setMaxListeners } from 'node:events';
import type { Ask, LookReason, Lwm2mUpgrades } from '../../../core/reports/lwm2m/contract';
import type { SampledLog } from '../../../core/sampled-log';
import { withTimeout } from '../../../core/with-timeout';
import type { DeviceId } from '../../../schema/model/ids';
import type { UpgradeMetrics } from './metrics';
import { outcomeLabel } from './outcome-label';
import type { Perform } from './perform';
import { strongest } from './reasons';

export interface UpgradeConversationsDeps {
  upgrades: Pick<Lwm2mUpgrades, 'begin' | 'answered' | 'noticed'>;
  perform: Perform;
  /** Conversations at once, and devices that wait for one. */
  limits: { conversations: number; waiting: number };
  metrics: Pick<UpgradeMetrics, 'asked' | 'dropped'>;
  sampled: SampledLog;
}

/**
 * Conversations with devices about their upgrades: what core wants to be asked is asked, and core told of the answer, until it wants nothing
 * more. One at a time with each device; whatever gives reason for another one meanwhile gives reason for one more together (R-FLOW-3).
 */
export interface UpgradeConversations {
  /** False: there are as many as may be, and as many wait. */
  begin(deviceId: DeviceId, reason: LookReason): boolean;
  /**
   * What a device tells of its object 5. During a conversation core is told of it at once and once more behind it: a device that is fast has
   * downloaded before it is known to have accepted. Rejects when core can't be reached.
   */
  told(deviceId: DeviceId, seen: Seen): Promise<void>;
  isUnderWay(deviceId: DeviceId): boolean;
  /** How many could begin at once. */
  readonly room: number;
  readonly size: number;
  /** Ends all, within a second. */
  stop(): Promise<void>;
}

type Seen = Parameters<Lwm2mUpgrades['noticed']>[1];

/** What has given reason to go on since the present conversation began. */
interface UnderWay {
  next: LookReason | null;
  told: Seen | null;
}

/** No upgrade needs a tenth of it. */
const MOST_ASKS = 200;
/** An answer may wait for a unit of the batch's rate, for 10 s. */
const CORE_WITHIN_MS = 30_000;
/** What core answers later is lost, as if the process had died. */
const STOP_WITHIN_MS = 1_000;

const inTime = <T>(answer: Promise<T>): Promise<T> => withTimeout(answer, CORE_WITHIN_MS, 'No answer in time');

export function createUpgradeConversations(deps: UpgradeConversationsDeps): UpgradeConversations {
  const { upgrades, perform, limits, metrics, sampled } = deps;
  const underWay = new Map<DeviceId, UnderWay>();
  const waiting = new Map<DeviceId, LookReason>();
  const ends = new Set<Promise<void>>();
  const stopping = new AbortController();
  const { signal } = stopping;
  // Each conversation listens for it.
  setMaxListeners(0, signal);

  async function talk(deviceId: DeviceId, first: Ask | null): Promise<void> {
    let ask = first;
    for (let asked = 0; ask !== null && !signal.aborted; asked += 1) {
      if (asked === MOST_ASKS) {
        metrics.dropped('endless');
        sampled.error(
          `conversation ${ask.kind}`,
          { deviceId, ask: ask.kind },
          'A device was asked again and again; it is left alone until it is due',
        );
        return;
      }
      const answer = await perform(deviceId, ask, signal);
      // What was broken off has no answer; whoever hears the device next begins again.
      if (signal.aborted) return;
      metrics.asked(ask.kind, outcomeLabel(answer));
      ask = await inTime(upgrades.answered(deviceId, ask, answer));
    }
  }

  async function converse(deviceId: DeviceId, begin: LookReason | Ask): Promise<void> {
    const state: UnderWay = { next: null, told: null };
    underWay.set(deviceId, state);
    try {
      await talk(deviceId, typeof begin === 'string' ? await inTime(upgrades.begin(deviceId, begin)) : begin);
      while ((state.next !== null || state.told !== null) && !signal.aborted) {
        const { next, told } = state;
        Object.assign(state, { next: null, told: null } satisfies UnderWay);
        if (next !== null) await talk(deviceId, await inTime(upgrades.begin(deviceId, next)));
        if (told !== null) await talk(deviceId, await inTime(upgrades.noticed(deviceId, told)));
      }
    } catch (error) {
      if (!signal.aborted) {
        metrics.dropped('unavailable');
        sampled.warn('conversation', { err: error, deviceId }, 'A conversation about an upgrade was broken off; it is taken up later');
      }
    }
    underWay.delete(deviceId);
    startWaiting();
  }

  function start(deviceId: DeviceId, begin: LookReason | Ask): void {
    const end = converse(deviceId, begin).finally(() => ends.delete(end));
    ends.add(end);
  }

  function startWaiting(): void {
    for (const [deviceId, reason] of waiting) {
      if (signal.aborted || underWay.size >= limits.conversations) return;
      waiting.delete(deviceId);
      start(deviceId, reason);
    }
  }

  function begin(deviceId: DeviceId, reason: LookReason): boolean {
    if (signal.aborted) return false;
    const present = underWay.get(deviceId);
    const waits = waiting.get(deviceId);
    if (present !== undefined) present.next = strongest(present.next, reason);
    else if (underWay.size < limits.conversations) start(deviceId, reason);
    else if (waits !== undefined) waiting.set(deviceId, strongest(waits, reason));
    else if (waiting.size < limits.waiting) waiting.set(deviceId, reason);
    else {
      metrics.dropped('no_room');
      return false;
    }
    return true;
  }

  function goOn(deviceId: DeviceId, ask: Ask): void {
    // One that has begun meanwhile may have asked for it already: core is asked what it wants now. As for a push, since it then looks at the
    // device in any case: by a mere message it would not before it is due, and what was told would be lost.
    if (signal.aborted || underWay.has(deviceId) || underWay.size >= limits.conversations) begin(deviceId, 'PUSHED');
    else start(deviceId, ask);
  }

  return {
    begin,
    async told(deviceId, seen) {
      const present = underWay.get(deviceId);
      if (present !== undefined) present.told = { ...present.told, ...seen };
      const ask = await inTime(upgrades.noticed(deviceId, seen));
      if (ask !== null && present === undefined) setImmediate(() => goOn(deviceId, ask));
    },
    isUnderWay: (deviceId) => underWay.has(deviceId),
    get room() {
      return Math.max(0, limits.conversations - underWay.size - waiting.size);
    },
    get size() {
      return underWay.size;
    },
    async stop() {
      stopping.abort();
      waiting.clear();
      await withTimeout(Promise.all(ends), STOP_WITHIN_MS, 'Core still answers').catch(() => undefined);
    },
  };
}
