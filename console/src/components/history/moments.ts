import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import { IconArrowBackUp, IconBell, IconPlus, IconRefresh, IconUserCheck } from '@tabler/icons-react';
import type { StatusLook } from '../StatusBadge';
import { TASK_LOOKS, type TaskStatus } from '../statuses';

export interface ShownCause {
  readonly code: string;
  readonly description: string;
  readonly recommendation: string;
}

export interface HistoryTask {
  readonly id: string;
  readonly module: string;
  readonly sourceVersion: string | null;
  readonly targetVersion: string;
  readonly createdAt: string;
  readonly notifiedAt: string | null;
  readonly renotifications: number;
  readonly transitions: readonly {
    readonly at: string;
    readonly from: TaskStatus;
    readonly to: TaskStatus;
    readonly attempt: number | null;
    readonly text: string | null;
    readonly cause: ShownCause | null;
  }[];
}

/** Something that happened, at one time. */
export interface Moment {
  readonly key: string;
  readonly at: string;
  readonly icon: StatusLook['icon'];
  readonly tone: StatusLook['tone'];
  readonly text: MessageDescriptor;
  /** What the device or a person said: text from outside. */
  readonly said?: string | null;
  readonly cause?: ShownCause | null;
}

/** Everything that is on record of a task, the latest first. */
export function momentsOf(task: HistoryTask): Moment[] {
  const { id, module, sourceVersion, targetVersion, transitions, notifiedAt, renotifications } = task;
  const from = sourceVersion ?? '?';
  const made: Moment = {
    key: `${id} made`,
    at: task.createdAt,
    icon: IconPlus,
    tone: 'over',
    text: module === 'default' ? msg`Task made: ${from} → ${targetVersion}` : msg`Task made: ${module} ${from} → ${targetVersion}`,
  };
  const moments = [made, ...transitions.map((step, index) => momentOf(step, `${id} ${index}`))];
  if (notifiedAt && renotifications > 0)
    moments.push({
      key: `${id} again`,
      at: notifiedAt,
      icon: IconBell,
      tone: 'active',
      text: msg`Notified again, ${renotifications} times in this attempt, since the device came back`,
    });
  return latestFirst(moments);
}

/** Of two at one time the one that was told later is the later one. */
export const latestFirst = (moments: readonly Moment[]): Moment[] =>
  moments
    .map((moment, index) => ({ moment, index, at: Date.parse(moment.at) }))
    .sort((a, b) => b.at - a.at || b.index - a.index)
    .map(({ moment }) => moment);

type Step = HistoryTask['transitions'][number];

function momentOf(step: Step, key: string): Moment {
  return { key, at: step.at, cause: step.cause, said: step.text, ...looksOf(step) };
}

function looksOf({ from, to, attempt: number, cause }: Step): Pick<Moment, 'icon' | 'tone' | 'text'> {
  const attempt = number ?? '?';
  const { icon, tone } = TASK_LOOKS[to];
  if (from === to && cause) return { icon: IconArrowBackUp, tone: 'attention', text: msg`Attempt ${attempt} failed; another follows` };
  if (from === to && isOver(to)) return { icon, tone: 'attention', text: msg`After its end` };
  if (from === to) return { icon: IconRefresh, tone: 'active', text: msg`Attempt ${attempt} begins` };
  switch (to) {
    case 'UNCONFIRMED':
      return { icon, tone, text: msg`Confirmation is asked for` };
    case 'QUEUED':
      if (from === 'UNCONFIRMED') return { icon: IconUserCheck, tone: 'good', text: msg`Confirmed` };
      return { icon, tone, text: msg`Queued again` };
    case 'NOTIFIED':
      return { icon, tone, text: msg`Notified, attempt ${attempt}` };
    case 'IN_PROGRESS':
      return { icon, tone, text: msg`The device began, attempt ${attempt}` };
    case 'SUCCEEDED':
      return { icon, tone, text: msg`Succeeded` };
    case 'FAILED':
      return { icon, tone, text: msg`Failed in attempt ${attempt}` };
    case 'CANCELED':
      return { icon, tone, text: msg`Canceled` };
  }
}

const isOver = (status: TaskStatus): boolean => status === 'SUCCEEDED' || status === 'FAILED' || status === 'CANCELED';
