import { BATCH_STATUSES, type BatchStatus, isLive } from '../../../schema/model/batch/batch';
import {
  type BatchEvent,
  type BatchMove,
  firstStatus,
  isRefused,
  moveInto,
  moveOf,
  nextStatus,
  statusesThatTake,
} from '../../../schema/model/batch/batch-state';

/** In the order of `BATCH_STATUSES`; a stroke: refused. */
const TABLE: Record<BatchEvent, string> = {
  //          SCHEDULED STARTING RUNNING  PAUSED   HALTED   FINISHED CANCELED FAILED
  selected: ' SCHEDULED RUNNING  RUNNING  PAUSED   HALTED   -        -        -        ',
  run: '      RUNNING   RUNNING  -        RUNNING  RUNNING  -        -        -        ',
  pause: '    -         PAUSED   PAUSED   -        -        -        -        -        ',
  halt: '     -         -        HALTED   -        -        -        -        -        ',
  finish: '   FINISHED  FINISHED FINISHED FINISHED FINISHED -        -        -        ',
  cancel: '   CANCELED  CANCELED CANCELED CANCELED CANCELED -        -        -        ',
  fail: '     FAILED    FAILED   FAILED   FAILED   FAILED   -        -        -        ',
  reinitiate: 'SCHEDULED STARTING RUNNING PAUSED   HALTED   RUNNING  -        RUNNING  ',
  change: '   SCHEDULED STARTING RUNNING  PAUSED   HALTED   -        -        -        ',
  explain: '  SCHEDULED STARTING RUNNING  PAUSED   -        -        -        -        ',
  remove: '   -         -        -        -        -        FINISHED CANCELED FAILED   ',
};

const pairs = Object.entries(TABLE).flatMap(([event, row]) =>
  row
    .trim()
    .split(/ +/)
    .map((next, index) => [event as BatchEvent, BATCH_STATUSES[index] as BatchStatus, next === '-' ? 'BATCH_STATE' : next] as const),
);

describe('R-BAT-24, R-BAT-16 to R-BAT-21: what may follow what in a batch', () => {
  test('each event has an outcome in each status', () => {
    expect(pairs).toHaveLength(Object.keys(TABLE).length * BATCH_STATUSES.length);
  });

  test.each(pairs)('%s of a batch that is %s: %s', (event, status, next) => {
    expect(nextStatus(status, event)).toBe(next);
    expect(isRefused(status, event)).toBe(next === 'BATCH_STATE');
    expect(statusesThatTake(event).includes(status)).toBe(next !== 'BATCH_STATE');
  });

  const moves: BatchMove[] = ['selected', 'run', 'pause', 'halt', 'finish', 'cancel', 'fail', 'reinitiate'];
  test.each(moves)('%s is written from those statuses only that it changes', (event) => {
    const { from, to } = moveOf(event);
    const changed = BATCH_STATUSES.filter((status) => ![status, 'BATCH_STATE'].includes(nextStatus(status, event)));
    expect([...from].sort()).toEqual([...changed].sort());
    for (const status of from) expect(nextStatus(status, event)).toBe(to);
  });

  test.each([...BATCH_STATUSES])('a workflow that names %s moves its batch there, or nowhere', (status) => {
    const move = moveInto(status);
    expect(move === null ? ['SCHEDULED', 'STARTING'] : [moveOf(move).to]).toContain(status);
  });

  test('R-BAT-6 a batch begins live, with a schedule as one that waits for its start', () => {
    expect(firstStatus({ startAt: new Date(), endAt: null })).toBe('SCHEDULED');
    expect(firstStatus(undefined)).toBe('STARTING');
    expect(isLive(firstStatus(null))).toBe(true);
  });
});
