import type { FailureCause } from '../../../schema/model/task/failure-causes';
import type { TaskStatus } from '../../../schema/model/task/task';
import type { Behaviour } from '../devices/behaviours';
import type { DeviceOf } from '../updraft-driver';

/** How a task ends, with its last cause, and the causes of the attempts that failed. */
export type End = readonly [status: TaskStatus, cause: FailureCause | null, ...attempts: FailureCause[]];

/** What devices do wrong and how their tasks end (docs/conformance.md), in a batch that retries once. */
export interface Row {
  name: string;
  does: Behaviour[];
  end: End;
  /** How many do it. Default 1. */
  devices?: number;
}

export interface Misbehaving {
  device: DeviceOf & { deviceName: string };
  end: End;
}

export const fine: End = ['SUCCEEDED', null];
/** Succeeds in the second attempt; the cause of the first stays where it can be seen. */
export const mended = (cause: FailureCause): End => ['SUCCEEDED', null, cause];
export const hopeless = (cause: FailureCause): End => ['FAILED', cause, cause, cause];
/** Never retried, and no attempt of its own. */
export const timedOut: End = ['FAILED', 'DEVICE_UPGRADE_TIMEOUT'];

/** The devices of a table, and well-behaved ones until there are `total`. */
export function fleetOf(dialect: 'LINK' | 'IOTDA', rows: readonly Row[], total = 0): Misbehaving[] {
  const prefix = dialect.toLowerCase();
  const described = rows.flatMap(({ name, does, end, devices = 1 }) =>
    Array.from({ length: devices }, (_, index) => ({ name: devices === 1 ? name : `${name}.${index + 1}`, does, end })),
  );
  const plain = Array.from({ length: Math.max(0, total - described.length) }, (_, index) => ({
    name: `plain.${index + 1}`,
    does: [],
    end: fine,
  }));
  return [...described, ...plain].map(({ name, does, end }) => ({
    device: { dialect, deviceName: `${prefix}.${name}`, behaviours: does } as Misbehaving['device'],
    end,
  }));
}
