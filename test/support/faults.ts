import type { BatchActivities } from '../../workflows/batch/activities';
import { createBatchActivities } from '../../workflows/batch/activities';
import type { GatewayActivities } from '../../workflows/batch/gateway-activities';
import { createGatewayActivities } from '../../workflows/batch/gateway-activities';
import { createUpgradeActivities, type UpgradeActivities } from '../../workflows/upgrade/activities';
import type { DecorateActivities } from '../../workflows/worker';

export type ActivityName = keyof BatchActivities | keyof UpgradeActivities | keyof GatewayActivities;

/** Every activity there is, from the factories themselves: none of them does anything until it is called. */
export const ACTIVITY_NAMES = Object.keys({
  ...createBatchActivities({} as Parameters<typeof createBatchActivities>[0]),
  ...createUpgradeActivities({} as Parameters<typeof createUpgradeActivities>[0]),
  ...createGatewayActivities(async () => 0),
}) as ActivityName[];

/** `fails`: throws before it does anything. `repeats`: does its work and then throws, so that the engine does it once more. */
export type FaultKind = 'fails' | 'repeats';

export interface Fault {
  /** How often it was to happen and has not yet. */
  readonly left: number;
  /** Calls of the activity that went well since. */
  readonly recovered: number;
}

export interface Faults {
  decorate: DecorateActivities;
  /** The next `times` calls of the activity go wrong. Earlier faults of it are forgotten. */
  arm(activity: ActivityName, kind: FaultKind, times?: number): Fault;
  disarm(): void;
}

type Run = (...args: unknown[]) => Promise<unknown>;

/** Activities that go wrong when told. */
export function createFaults(): Faults {
  const armed = new Map<string, { kind: FaultKind; left: number; recovered: number }>();

  const around =
    (name: string, run: Run): Run =>
    async (...args) => {
      const fault = armed.get(name);
      const happens = fault !== undefined && fault.left > 0;
      if (happens) fault.left -= 1;
      if (happens && fault.kind === 'fails') throw new Error(`${name} was told to fail`);
      const result = await run(...args);
      if (happens) throw new Error(`${name} was told to fail after its work`);
      if (fault) fault.recovered += 1;
      return result;
    };

  return {
    decorate: <A extends object>(activities: A) =>
      Object.fromEntries(Object.entries(activities).map(([name, run]) => [name, around(name, run as Run)])) as A,
    arm(activity, kind, times = 1) {
      const fault = { kind, left: times, recovered: 0 };
      armed.set(activity, fault);
      return fault;
    },
    disarm: () => armed.clear(),
  };
}
