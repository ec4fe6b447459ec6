import type { Behaviour, BehaviourKind, BehaviourOf } from '../behaviours';

/** A device's behaviours, and how often each still happens. */
export interface BehaviourPlan {
  has(kind: BehaviourKind): boolean;
  get<K extends BehaviourKind>(kind: K, applies?: (behaviour: BehaviourOf<K>) => boolean): BehaviourOf<K> | undefined;
  /** The behaviour if it happens now: uses up one of its times. */
  take<K extends BehaviourKind>(kind: K, applies?: (behaviour: BehaviourOf<K>) => boolean): BehaviourOf<K> | undefined;
  /** What was to last until it is told otherwise is over. */
  relent(): void;
}

/** Shared by all that behave: 5,000 devices in a process need one. */
const NOTHING: BehaviourPlan = { has: () => false, get: () => undefined, take: () => undefined, relent: () => undefined };

export function createBehaviourPlan(behaviours: readonly Behaviour[] = []): BehaviourPlan {
  if (behaviours.length === 0) return NOTHING;
  const entries = behaviours.map((behaviour) => ({ behaviour, left: timesOf(behaviour) }));
  const find = <K extends BehaviourKind>(kind: K, applies: (behaviour: BehaviourOf<K>) => boolean = () => true) =>
    entries.find(({ behaviour, left }) => left > 0 && behaviour.kind === kind && applies(behaviour as BehaviourOf<K>));
  return {
    has: (kind) => find(kind) !== undefined,
    get: <K extends BehaviourKind>(kind: K, applies?: (behaviour: BehaviourOf<K>) => boolean) =>
      find(kind, applies)?.behaviour as BehaviourOf<K> | undefined,
    take: <K extends BehaviourKind>(kind: K, applies?: (behaviour: BehaviourOf<K>) => boolean) => {
      const entry = find(kind, applies);
      if (entry) entry.left -= 1;
      return entry?.behaviour as BehaviourOf<K> | undefined;
    },
    relent() {
      for (const entry of entries) if ('times' in entry.behaviour && entry.behaviour.times === 'untilTold') entry.left = 0;
    },
  };
}

function timesOf(behaviour: Behaviour): number {
  return 'times' in behaviour && typeof behaviour.times === 'number' ? behaviour.times : Number.POSITIVE_INFINITY;
}
