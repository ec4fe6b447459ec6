import type { Group } from '../../schema/model/device/group';
import type { Collections } from '../../schema/mongo/connect';
import type { Clock } from '../clock';
import { type Memberships, RULES_AGE_MS } from '../memberships/memberships';
import { removeDevices } from './members';
import { reconcileGroup } from './reconcile';

const MINUTE_MS = 60_000;
/** Longer than a page takes; whoever is at it renews it with each. */
const TURN_MS = 2 * MINUTE_MS;
/** A change that was compared with the rules before, and took so long to be written, is found by a second look. */
const SECOND_LOOK_MS = 5 * MINUTE_MS;
const NEXT_LOOK_MS = 24 * 60 * MINUTE_MS;
const ROUNDING_MS = 50;
const GONE = 'deleted-group.';

export interface CheckDeps {
  collections: Collections;
  memberships: Memberships;
  clock: Clock;
  /** How old the rules of a process may be. */
  rulesAgeMs?: number;
  onError?: (error: unknown) => void;
}

/**
 * Looks at every device for a dynamic group: soon after its rule has changed, once more later, and once a day. What is due is in the
 * group, so a look that a crash has ended is taken up by whoever asks next.
 */
export function createGroupChecks({ collections, memberships, clock, rulesAgeMs = RULES_AGE_MS, onError }: CheckDeps) {
  const { groups, devices, settings } = collections;
  /** By then every process compares with the new rule. */
  const settleMs = 2 * rulesAgeMs;
  const timers = new Set<NodeJS.Timeout>();
  const running = new Set<Promise<unknown>>();
  let closing = false;
  const isOver = (signal?: AbortSignal): boolean => closing || signal?.aborted === true;
  const later = (ms: number): Date => new Date(clock().getTime() + ms);

  /** The turn of one group that is due, or null. */
  function take(id?: string): Promise<Group | null> {
    const now = clock();
    const free = { $or: [{ 'dynamic.checkingUntil': { $exists: false } }, { 'dynamic.checkingUntil': { $lt: now } }] };
    return groups.findOneAndUpdate(
      { ...(id !== undefined && { _id: id }), 'dynamic.checkAt': { $lte: now }, ...free },
      { $set: { 'dynamic.checkingUntil': later(TURN_MS) } },
      { returnDocument: 'after' },
    );
  }

  async function check({ _id, dynamic }: Group, signal?: AbortSignal): Promise<void> {
    if (!dynamic) return;
    const { rule, revision, filled } = dynamic;
    const same = { _id, 'dynamic.revision': revision };
    const mayGoOn = async (): Promise<boolean> =>
      !isOver(signal) && (await groups.updateOne(same, { $set: { 'dynamic.checkingUntil': later(TURN_MS) } })).matchedCount > 0;
    const done = await reconcileGroup({ devices, memberships, now: clock, mayGoOn }, _id, rule);
    const next = { 'dynamic.filled': true, 'dynamic.checkAt': later(filled ? NEXT_LOOK_MS : SECOND_LOOK_MS) };
    const ended = done && (await groups.updateOne(same, { $set: next, $unset: { 'dynamic.checkingUntil': true } })).matchedCount > 0;
    if (ended) return;
    // Stopped, or the rule is another now: what is due stays due.
    await groups.updateOne({ _id, dynamic: { $exists: true } }, { $unset: { 'dynamic.checkingUntil': true } });
    if (!isOver(signal)) soon(_id);
  }

  function soon(id: string): void {
    const timer = setTimeout(() => {
      timers.delete(timer);
      tracked(take(id).then((group) => group && check(group))).catch((error) => onError?.(error));
    }, settleMs + ROUNDING_MS).unref();
    timers.add(timer);
  }

  function tracked<T>(work: Promise<T>): Promise<T> {
    const settled = work.then(
      () => undefined,
      () => undefined,
    );
    running.add(settled);
    void settled.then(() => running.delete(settled));
    return work;
  }

  /** A process that did not know yet may have put devices into a group while it was being deleted. */
  async function forgetDeleted(): Promise<void> {
    const over = clock().getTime() - SECOND_LOOK_MS;
    for (const { _id, value } of await settings.find({ _id: { $gte: GONE, $lt: `${GONE}\uffff` } }).toArray()) {
      if (!(value instanceof Date) || value.getTime() > over) continue;
      await removeDevices({ devices }, _id.slice(GONE.length), clock());
      await settings.deleteOne({ _id });
    }
  }

  return {
    /** When a rule that is written now may be looked for among the devices. */
    due: (): Date => later(settleMs),
    /** After that time, here. Never waits, never throws. */
    soon,
    /** What stands in the store while members of a deleted group may be left. */
    markDeleted: (id: string) => ({ _id: `${GONE}${id}`, value: clock() }),
    /** Every check that is due and that nobody is at; how many. May run in several processes. */
    checkDue: (signal?: AbortSignal): Promise<number> =>
      tracked(
        (async () => {
          await forgetDeleted();
          for (let count = 0; ; count++) {
            const group = isOver(signal) ? null : await take();
            if (group === null) return count;
            await check(group, signal);
          }
        })(),
      ),
    async close(): Promise<void> {
      closing = true;
      for (const timer of timers) clearTimeout(timer);
      await Promise.all(running);
    },
  };
}
export type GroupChecks = ReturnType<typeof createGroupChecks>;
