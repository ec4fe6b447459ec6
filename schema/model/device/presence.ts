import type { Task } from '../task/task';
import type { Gone } from '../task/task-event';

/** Where a device's document says it is. */
export interface Present {
  /** Null: it is off-line. */
  gatewayId: string | null;
  /** Absent in devices of older versions that have not come or gone since: 0. */
  presenceRevision?: number;
}

type OfPresence = Pick<Task, 'presenceRevision'>;

/** News of a connection that another one has followed. What is said without a revision is of the moment. */
export const isOlder = (task: OfPresence, { presenceRevision }: OfPresence): boolean =>
  presenceRevision !== undefined && presenceRevision < (task.presenceRevision ?? 0);

/** What a task keeps of the news. */
export const known = ({ presenceRevision }: OfPresence): OfPresence => (presenceRevision === undefined ? {} : { presenceRevision });

/** What is left of a task's connection when somebody says that it has gone; null: nothing has changed. */
export function gone(task: Pick<Task, 'reachable' | 'gatewayId' | 'presenceRevision'>, event: Gone) {
  if ('gatewayId' in event) return task.reachable && task.gatewayId === event.gatewayId ? { reachable: false, gatewayId: null } : null;
  if (isOlder(task, event)) return null;
  // Also of one that is off-line: news of the connection that has ended may come after those of its end.
  const isNews = task.reachable || event.presenceRevision > (task.presenceRevision ?? 0);
  return isNews ? { reachable: false, gatewayId: null, ...known(event) } : null;
}
