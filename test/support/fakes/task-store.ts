import { applied, spelled, type TaskStore } from '../../../core/tasks/store';
import type { Task, TaskStatus } from '../../../schema/model/task/task';

/** A task store in memory, for unit tests; `test/contract/task-store.test.ts` holds it to the real one. */
export function fakeTaskStore(initial: Task[] = []): TaskStore & { all(): Task[]; beforeWrite: (task: Task) => void } {
  const tasks = new Map(initial.map((task) => [task._id, task]));
  const active = () => [...tasks.values()].filter((task) => task.active);
  const byOffer = (a: Task, b: Task) => Number(a.offerAt) - Number(b.offerAt);
  const endOf = ({ reachable, onlineBy, waitBy }: Task) =>
    Math.min(...[waitBy, reachable ? null : onlineBy].map((at) => (at ? Number(at) : Infinity)));
  const awaited = (batchId: string) =>
    active()
      .filter((task) => task.batchId === batchId && endOf(task) < Infinity)
      .sort((a, b) => endOf(a) - endOf(b));
  const tellAt = ({ deferral }: Task) => Number(deferral?.tellAt ?? Infinity);
  const deferrals = (batchId: string) =>
    active()
      .filter((task) => task.batchId === batchId && task.status === 'UNCONFIRMED' && tellAt(task) < Infinity)
      .sort((a, b) => tellAt(a) - tellAt(b));
  const store = {
    beforeWrite: (_task: Task) => {},
    all: () => [...tasks.values()],
    get: async (id: string) => tasks.get(id) ?? null,
    getMany: async (ids: readonly string[]) => ids.flatMap((id) => tasks.get(id) ?? []),
    activeOfDevice: async (deviceId: string) => active().filter((task) => task.deviceId === deviceId),
    activeOfDevices: async (deviceIds: readonly string[]) => active().filter((task) => deviceIds.includes(task.deviceId)),
    activeOf: async (deviceId: string, module: string) =>
      active().find((task) => task.deviceId === deviceId && task.module === module) ?? null,
    succeededOf: async (deviceId: string, module: string, targetVersion: string, since: Date) => {
      const ended = [...tasks.values()].filter(({ status, endedAt }) => status === 'SUCCEEDED' && endedAt !== null && endedAt >= since);
      const own = ended.filter((task) => task.deviceId === deviceId && task.module === module && task.targetVersion === targetVersion);
      return own.sort((a, b) => Number(b.createdAt) - Number(a.createdAt))[0] ?? null;
    },
    latestOfDevice: async (deviceId: string, limit: number) =>
      [...tasks.values()]
        .filter((task) => task.deviceId === deviceId)
        .sort((a, b) => Number(b.createdAt) - Number(a.createdAt))
        .slice(0, limit),
    activeOfBatch: async (batchId: string, limit: number, after = '', statuses?: readonly TaskStatus[]) =>
      active()
        .filter((task) => task.batchId === batchId && task._id > after && (statuses?.includes(task.status) ?? true))
        .sort((a, b) => (a._id < b._id ? -1 : 1))
        .slice(0, limit),
    eachOfGateway: async function* (gatewayId: string) {
      yield* active().filter((task) => task.gatewayId === gatewayId);
    },
    spell: async (task: Task, name: string) => {
      const stored = tasks.get(task._id);
      if (stored) tasks.set(task._id, spelled(stored, name));
      return spelled(task, name);
    },
    write: async (writes: Parameters<TaskStore['write']>[0]) => {
      const written = writes.filter(({ task }) => {
        store.beforeWrite(task);
        return tasks.get(task._id)?.revision === task.revision;
      });
      for (const write of written) tasks.set(write.task._id, applied(write));
      return new Set(written.map(({ task }) => task._id));
    },
    due: async (batchId: string, now: Date, limit: number, without: readonly string[] = []) =>
      active()
        .filter(
          (task) =>
            task.batchId === batchId &&
            task.reachable &&
            !without.includes(task.gatewayId ?? '') &&
            task.offerAt !== null &&
            task.offerAt <= now,
        )
        .sort(byOffer)
        .slice(0, limit)
        .map((task) => ({ ...task, gatewayId: task.gatewayId ?? '', offerAt: task.offerAt ?? now })),
    nextDueAt: async (batchId: string, without: readonly string[] = []) => {
      const here = active().filter((task) => !without.includes(task.gatewayId ?? ''));
      const waiting = here.filter((task) => task.batchId === batchId && task.reachable && task.offerAt !== null);
      return waiting.sort(byOffer)[0]?.offerAt ?? null;
    },
    overdueWaits: async (batchId: string, now: Date, limit: number) =>
      awaited(batchId)
        .filter((task) => endOf(task) <= now.getTime())
        .slice(0, limit),
    endedDeferrals: async (batchId: string, now: Date, limit: number) =>
      deferrals(batchId)
        .filter((task) => tellAt(task) <= now.getTime())
        .slice(0, limit),
    nextWaitEnd: async (batchId: string) => {
      const next = Math.min(...awaited(batchId).map(endOf), ...deferrals(batchId).map(tellAt));
      return next === Infinity ? null : new Date(next);
    },
    concerning: async (deviceIds: readonly string[]) =>
      [...tasks.values()].filter((task) => deviceIds.includes(task.deviceId) && (task.active || task.look)),
    dueLooks: async (gatewayId: string, now: Date, limit: number) => {
      const due = [...tasks.values()].filter(({ look }) => look && look.gatewayId === gatewayId && look.at <= now);
      const first = due.sort((a, b) => Number(a.look?.at) - Number(b.look?.at)).slice(0, limit);
      return [...new Set(first.map(({ deviceId }) => deviceId))];
    },
    hasActive: async (batchId: string) => active().some((task) => task.batchId === batchId),
  };
  return store;
}
