import { msg } from '@lingui/core/macro';
import {
  IconAlertTriangle,
  IconBan,
  IconBell,
  IconCalendarTime,
  IconCircleCheck,
  IconClockHour4,
  IconDownload,
  IconHandStop,
  IconHourglass,
  IconPlayerPause,
  IconPlayerPlay,
  IconUserQuestion,
  IconX,
} from '@tabler/icons-react';
import type { StatusLook } from './StatusBadge';

export type TaskStatus = 'CANCELED' | 'FAILED' | 'IN_PROGRESS' | 'NOTIFIED' | 'QUEUED' | 'SUCCEEDED' | 'UNCONFIRMED';
export type BatchStatus = 'CANCELED' | 'FAILED' | 'FINISHED' | 'HALTED' | 'PAUSED' | 'RUNNING' | 'SCHEDULED' | 'STARTING';

export const TASK_LOOKS: Record<TaskStatus, StatusLook> = {
  FAILED: { label: msg`failed`, icon: IconX, tone: 'bad' },
  UNCONFIRMED: { label: msg`unconfirmed`, icon: IconUserQuestion, tone: 'attention' },
  IN_PROGRESS: { label: msg`in progress`, icon: IconDownload, tone: 'active' },
  NOTIFIED: { label: msg`notified`, icon: IconBell, tone: 'active' },
  QUEUED: { label: msg`queued`, icon: IconClockHour4, tone: 'waiting' },
  SUCCEEDED: { label: msg`succeeded`, icon: IconCircleCheck, tone: 'good' },
  CANCELED: { label: msg`canceled`, icon: IconBan, tone: 'over' },
};

export const BATCH_LOOKS: Record<BatchStatus, StatusLook> = {
  HALTED: { label: msg`halted`, icon: IconHandStop, tone: 'bad' },
  FAILED: { label: msg`failed`, icon: IconAlertTriangle, tone: 'bad' },
  PAUSED: { label: msg`paused`, icon: IconPlayerPause, tone: 'attention' },
  STARTING: { label: msg`starting`, icon: IconHourglass, tone: 'active' },
  RUNNING: { label: msg`running`, icon: IconPlayerPlay, tone: 'active' },
  SCHEDULED: { label: msg`scheduled`, icon: IconCalendarTime, tone: 'waiting' },
  FINISHED: { label: msg`finished`, icon: IconCircleCheck, tone: 'good' },
  CANCELED: { label: msg`canceled`, icon: IconBan, tone: 'over' },
};

/** Worst first: what somebody has to look at is read first. */
export const TASK_STATUSES = Object.keys(TASK_LOOKS) as TaskStatus[];
export const BATCH_STATUSES = Object.keys(BATCH_LOOKS) as BatchStatus[];

/** No command of these is taken any more, but deletion. */
export const isOver = (status: BatchStatus): boolean => status === 'FINISHED' || status === 'CANCELED' || status === 'FAILED';
