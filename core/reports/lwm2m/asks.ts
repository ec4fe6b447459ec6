import type { Task } from '../../../schema/model/task/task';
import type { CoreSettings } from '../../settings';
import { limitsOf } from '../../tasks/lwm2m-limits';
import type { Ask, LookReason, Talk } from './contract';

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
type What = DistributiveOmit<Ask, 'taskId' | 'attempt' | 'waitMs' | 'talk'>;

export const newTalk = (reason: LookReason, deliveries = 0): Talk => ({ reason, asked: 0, resets: 0, deliveries });
export const talkOf = ({ talk }: Ask): Talk => talk ?? newTalk('DUE');

/** What is asked in a conversation about a task, or about none; a push takes as long as a download may, all else as long as a version. */
export function askOf(settings: CoreSettings, task: Task | null, talk: Talk, what: What, waitMs = limitsOf(settings).versionMinutes): Ask {
  return { taskId: task?._id ?? null, attempt: task?.attempt ?? 0, waitMs, talk, ...what };
}

export const nextTalk = (ask: Ask, changed: Partial<Talk> = {}): Talk => {
  const talk = talkOf(ask);
  return { ...talk, asked: talk.asked + 1, ...changed };
};
