import type { mongo } from 'mongoose';
import type { CellSlots } from '../../core/cells/contract';
import { createCellSlots } from '../../core/cells/service';
import type { Clock } from '../../core/clock';
import { type CellSettings, DEFAULT_CELLS } from '../../schema/model/cell/gate';
import type { CellLevel } from '../../schema/model/cell/level';
import type { Lwm2mUpgrade } from '../../schema/model/lwm2m/upgrade';
import type { Task } from '../../schema/model/task/task';
import type { Store } from '../../schema/mongo/connect';
import { aBatch, aTask } from './builders';

const AT = new Date('2026-01-01T00:00:00Z');

/** Of a task in the cell `262-1-1` at level 2, where one device may download at once. */
export const anLwm2mUpgrade = (fields: Partial<Lwm2mUpgrade> = {}): Lwm2mUpgrade => ({
  ...{ step: 'CELL_SLOT', since: AT, state: 0, result: 0, resultBefore: 0, delivery: null, scheme: null },
  ...{ cell: '262-1-1', level: '2', waitingSince: AT, deliveries: 0, refusals: 0, pushedAt: null, executedAt: null, deferSeconds: null },
  ...{ sleptMs: 0, asleepSince: null },
  ...fields,
});

/** A task that waits for a slot of that cell. */
export const aCellTask = (deviceName: string, lwm2m: Partial<Lwm2mUpgrade> = {}, fields: Partial<Task> = {}): Task =>
  aTask({ dialect: 'LWM2M', deviceName, offerAt: null, lwm2m: anLwm2mUpgrade(lwm2m), ...fields });

export const insertBatches = (store: Store, ...ids: string[]) =>
  store.collections.batches.insertMany(ids.map((_id) => aBatch({ _id, status: 'RUNNING' })));

/** What a task asks for; its upgrade is over an hour later at the latest. */
export const requestOf = (task: Task, now: Date) => ({
  cell: task.lwm2m?.cell as string,
  level: task.lwm2m?.level as CellLevel,
  taskId: task._id,
  attempt: task.attempt,
  until: new Date(now.getTime() + 3_600_000),
  waitingSince: task.lwm2m?.waitingSince ?? now,
});

export class Killed extends Error {}

/** One of several processes. */
export interface CellProcess {
  slots: CellSlots;
  /** It dies before its next write but so many; what it was about to do fails. */
  killAfter(writes: number): void;
  /** Something happens between what it has read and its next write of a cell. */
  beforeNextWrite(happens: () => Promise<unknown>): void;
}

const WRITES: ReadonlySet<PropertyKey> = new Set(['findOneAndUpdate', 'updateOne', 'deleteOne', 'bulkWrite']);

export function cellProcess({ collections }: Store, clock: Clock, settings: Partial<CellSettings> = {}): CellProcess {
  let left = Number.POSITIVE_INFINITY;
  let happens: (() => Promise<unknown>) | null = null;
  const mortal = <T extends { _id: string }>(collection: mongo.Collection<T>): mongo.Collection<T> =>
    new Proxy(collection, {
      get(target, key) {
        const member = Reflect.get(target, key);
        if (typeof member !== 'function') return member;
        if (!WRITES.has(key)) return member.bind(target);
        return async (...given: unknown[]) => {
          if (left < 1) throw new Killed();
          left -= 1;
          const before = happens;
          happens = null;
          await before?.();
          return member.apply(target, given);
        };
      },
    });
  const { cells, tasks, batches } = collections;
  const slots = createCellSlots({
    collections: { cells: mortal(cells), tasks: mortal(tasks), batches },
    settings: { cells: { ...DEFAULT_CELLS, ...settings } },
    clock,
  });
  return {
    slots,
    killAfter(writes) {
      left = writes;
    },
    beforeNextWrite(what) {
      happens = what;
    },
  };
}
