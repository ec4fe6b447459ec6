import { BATCH_STATUSES, type BatchStatus, isLive, LIVE_STATUSES, type Schedule } from './batch';

/** What gives a batch another status. */
export type BatchMove =
  /** Its tasks are made. */
  | 'selected'
  /** Its start has come, or somebody resumes it. */
  | 'run'
  | 'pause'
  /** R-BAT-24: too many of its devices have failed. */
  | 'halt'
  /** Its tasks have ended, or its scheduled end has come. */
  | 'finish'
  | 'cancel'
  /** Its workflow cannot go on. */
  | 'fail'
  /** R-BAT-21: tasks of it begin again. */
  | 'reinitiate';

/** Everything that can happen to a batch. */
export type BatchEvent =
  | BatchMove
  /** R-BAT-16, R-BAT-18: an edit, a command for its workflow, the end of its policy. */
  | 'change'
  /** It is told why it is held up. */
  | 'explain'
  /** R-BAT-19: it is deleted, or its tasks are. */
  | 'remove';

type Statuses = readonly BatchStatus[];

const MOVES: Readonly<Record<BatchMove, { from: Statuses; to: BatchStatus }>> = {
  selected: { from: ['STARTING'], to: 'RUNNING' },
  run: { from: ['SCHEDULED', 'STARTING', 'PAUSED', 'HALTED'], to: 'RUNNING' },
  pause: { from: ['STARTING', 'RUNNING'], to: 'PAUSED' },
  halt: { from: ['RUNNING'], to: 'HALTED' },
  finish: { from: LIVE_STATUSES, to: 'FINISHED' },
  cancel: { from: LIVE_STATUSES, to: 'CANCELED' },
  fail: { from: LIVE_STATUSES, to: 'FAILED' },
  // What was canceled stays so.
  reinitiate: { from: ['FINISHED', 'FAILED'], to: 'RUNNING' },
};

/** Where the event is taken too, and the batch stays as it is. */
const STAYS: Readonly<Partial<Record<BatchEvent, Statuses>>> = {
  selected: ['SCHEDULED', 'RUNNING', 'PAUSED', 'HALTED'],
  reinitiate: LIVE_STATUSES,
  change: LIVE_STATUSES,
  // The reason of a halt stays.
  explain: ['SCHEDULED', 'STARTING', 'RUNNING', 'PAUSED'],
  remove: BATCH_STATUSES.filter((status) => !isLive(status)),
};

const isMove = (event: BatchEvent): event is BatchMove => event in MOVES;

/** From which statuses, for the conditional write, to which. */
export const moveOf = (event: BatchMove): { from: BatchStatus[]; to: BatchStatus } => ({ ...MOVES[event], from: [...MOVES[event].from] });

/**
 * The state machine of a batch: the status that follows, or the code of the error for whoever asked for it, in which case nothing changes.
 */
export function nextStatus(status: BatchStatus, event: BatchEvent): BatchStatus | 'BATCH_STATE' {
  if (isMove(event) && MOVES[event].from.includes(status)) return MOVES[event].to;
  return STAYS[event]?.includes(status) ? status : 'BATCH_STATE';
}

export const isRefused = (status: BatchStatus, event: BatchEvent): boolean => nextStatus(status, event) === 'BATCH_STATE';

/** For conditional writes. */
export const statusesThatTake = (event: BatchEvent): BatchStatus[] => BATCH_STATUSES.filter((status) => !isRefused(status, event));

/** With its schedule, or without one. */
export const firstStatus = (schedule: Schedule | null | undefined): BatchStatus => (schedule ? 'SCHEDULED' : 'STARTING');

const MOVE_INTO = {
  SCHEDULED: null,
  STARTING: null,
  RUNNING: 'run',
  PAUSED: 'pause',
  HALTED: 'halt',
  FINISHED: 'finish',
  CANCELED: 'cancel',
  FAILED: 'fail',
} as const satisfies Record<BatchStatus, BatchMove | null>;

/** What happens to a batch whose workflow names the status that it is to have; null: that one it only begins with. */
export const moveInto = (status: BatchStatus) => MOVE_INTO[status];
