import { traitsOf } from '../../schema/model/protocol/dialect';
import type { Task } from '../../schema/model/task/task';
import type { TaskDeps } from './deps';
import { hasUpgrade } from './upgrade-input';

/** A batch starts the workflows of platform-led tasks beside its questions: one that is still starting was asked for so short a time ago. */
const STARTING_MS = 2 * 60_000;

/** The end of tasks is in the store, as they are given here: their upgrade workflows hear of it, also those that are only starting. */
export async function tellEnded({ engine, clock }: Pick<TaskDeps, 'engine' | 'clock'>, ended: readonly Task[]): Promise<void> {
  const startingSince = clock().getTime() - STARTING_MS;
  const isStarting = ({ negotiation }: Task): boolean => (negotiation?.askedAt?.getTime() ?? 0) > startingSince;
  await Promise.all(ended.filter(mayHaveUpgrade).map((task) => engine.tellEnded(task, isStarting(task))));
}

/**
 * Whose workflow may be there, also where the store says that it needs none any more: the device was asked, and has gone. Tasks that were
 * never asked cost nothing, of which there may be a million.
 */
const mayHaveUpgrade = (task: Task): boolean =>
  hasUpgrade(task) || (task.negotiation?.askedAt != null && traitsOf(task).workflowFrom === 'query');
