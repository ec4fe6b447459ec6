import { traitsOf } from '../schema/model/protocol/dialect';
import type { WaitingFor } from '../schema/model/task/waiting-for';
import { bothEnds, type Color, lineOf, type Paint, type Span } from './spans';
import { countsByDialect, countsByWait, type DemoState, failuresByCause, oldestWaiting } from './state';

export interface View {
  columns: number;
  rows: number;
  /** Epoch milliseconds. */
  now: number;
  paint: Paint;
}

const BARS: readonly { label: string; count: keyof DemoState['counts']; color: Color; always: boolean }[] = [
  { label: 'Unconfirmed', count: 'unconfirmed', color: 'magenta', always: false },
  { label: 'Queued', count: 'queued', color: 'blue', always: true },
  { label: 'Notified', count: 'notified', color: 'cyan', always: true },
  { label: 'In progress', count: 'inProgress', color: 'yellow', always: true },
  { label: 'Succeeded', count: 'succeeded', color: 'green', always: true },
  { label: 'Failing', count: 'failing', color: 'red', always: false },
  { label: 'Regressed', count: 'regressed', color: 'red', always: false },
  { label: 'Failed', count: 'failed', color: 'red', always: true },
  { label: 'Canceled', count: 'canceled', color: 'magenta', always: false },
];

const WAITS: Record<WaitingFor, string> = {
  CONFIRMATION: 'waits for a confirmation',
  CONFIRMATION_DEFERRED: 'waits until its user is asked again',
  DEVICE_REQUEST: 'has to ask for its upgrade',
  SCHEDULED: 'waits for the batch to start',
  BATCH_PAUSED: 'waits for the batch to be resumed',
  BATCH_HALTED: 'waits: the batch has halted',
  RETRY: 'waits for its next attempt',
  DEVICE_OFFLINE: 'waits to come on-line',
  DEVICE_ASLEEP: 'sleeps until its next Update',
  DEVICE_DISABLED: 'waits to be enabled',
  CONNECTION_UNSTABLE: 'connects again and again',
  PUSH_RATE: 'waits for its turn at the push rate',
  DEVICE_VERSION: 'was asked for its version',
  DEVICE_SIGNAL: 'was asked for its cell',
  CELL_SLOT: 'waits for its turn in its cell',
  DEVICE_REACTION: 'waits for its first reaction',
  DOWNLOAD_START: 'has not begun to download',
  DOWNLOAD: 'downloads',
  INSTALL_ORDER: 'is told to install',
  INSTALL_START: 'has not begun to install',
  INSTALL_RESULT: 'installs',
  DEVICE_USER: 'waits for its user',
  TARGET_VERSION: 'waits for its new version',
};

/** Of these, what holds devices back that could go on otherwise, in the words of a count. */
const HOLDS: Partial<Record<WaitingFor, string>> = {
  PUSH_RATE: 'for their turn',
  RETRY: 'for another attempt',
  CELL_SLOT: 'for a cell slot',
  DEVICE_OFFLINE: 'off-line',
  DEVICE_ASLEEP: 'asleep',
};

const LABEL = 13;
const COUNT = 7;
const CAUSES_SHOWN = 4;
const EVENTS_SHOWN = 6;
const SECTION_HEAD = 2;

/** The live picture: at most `rows` lines of at most `columns` characters. */
export function picture(state: DemoState, view: View): string[] {
  const columns = Math.max(20, view.columns);
  const top = [
    title(state, view.now, columns),
    [],
    ...bars(state, columns),
    [],
    dialects(state),
    rate(state),
    waiting(state),
    oldest(state, view.now),
  ];
  const causes = section('Failures by cause', causeLines(state, columns), view.rows - top.length);
  const events = section('Last events', eventLines(state), view.rows - top.length - causes.length);
  return [...top, ...causes, ...events].slice(0, view.rows).map((spans) => lineOf(spans, columns, view.paint));
}

/** The same in a line, for where there is no terminal. */
export function plainLine(state: DemoState, now: number): string {
  const { counts, rate } = state;
  const shown = BARS.filter(({ count, always }) => always || counts[count] > 0);
  const statuses = shown.map(({ label, count }) => `${label.toLowerCase()} ${counts[count]}`);
  const held = heldBack(state);
  const waits = held.length === 0 ? '' : ` · waiting: ${held.join(', ')}`;
  return `${clock(now - state.startedAt)}  ${statuses.join(' · ')} · ${rate.reached} of ${rate.asked} a minute${waits}`;
}

/** Minutes and seconds. */
export function clock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

function title({ firmware, devices, batchStatus, startedAt }: DemoState, now: number, columns: number): Span[] {
  const end: Span[] = [{ text: batchStatus, color: batchStatus === 'FAILED' ? 'red' : 'bold' }, `  ${clock(now - startedAt)}`];
  const room = Math.max(10, columns - 'Updraft  '.length - batchStatus.length - 8);
  const what = `${firmware} to ${devices} ${devices === 1 ? 'device' : 'devices'}`;
  return bothEnds([{ text: 'Updraft', color: 'bold' }, `  ${what.length > room ? `${what.slice(0, room - 1)}…` : what}`], end, columns);
}

function bars({ counts, devices }: DemoState, columns: number): Span[][] {
  const width = Math.max(5, columns - LABEL - COUNT);
  const total = Math.max(1, counts.total, devices);
  return BARS.filter(({ count, always }) => always || counts[count] > 0).map(({ label, count, color }) => {
    // One device among thousands is still seen.
    const filled = counts[count] === 0 ? 0 : Math.max(1, Math.round((width * counts[count]) / total));
    return [
      label.padEnd(LABEL),
      { text: '█'.repeat(filled), color },
      { text: '░'.repeat(width - filled), color: 'dim' },
      String(counts[count]).padStart(COUNT),
    ];
  });
}

/** One batch over devices that speak differently. */
function dialects(state: DemoState): Span[] {
  const each = countsByDialect(state).map(({ dialect, ended, devices }) => `${traitsOf({ dialect }).name} ${ended} of ${devices} done`);
  return ['Dialects'.padEnd(LABEL), each.join(' · ')];
}

function rate({ rate: { asked, reached } }: DemoState): Span[] {
  return ['Rate'.padEnd(LABEL), `${asked} devices a minute asked, `, { text: `${reached} reached`, color: 'bold' }];
}

function waiting(state: DemoState): Span[] {
  const held = heldBack(state);
  return ['Waiting'.padEnd(LABEL), held.length === 0 ? 'none' : held.join(' · ')];
}

const heldBack = (state: DemoState): string[] =>
  countsByWait(state).flatMap(({ reason, devices }) => (HOLDS[reason] ? [`${devices} ${HOLDS[reason]}`] : []));

function oldest(state: DemoState, now: number): Span[] {
  const task = oldestWaiting(state);
  const label = 'Oldest'.padEnd(LABEL);
  if (!task) return [label, 'no device waits'];
  const waits = task.waitingFor ? WAITS[task.waitingFor] : 'waits';
  const at = task.progress === null ? '' : ` (at ${task.progress} %)`;
  return [label, `${task.deviceName} ${waits}${at}, no news for ${clock(now - Date.parse(task.updatedAt))}`];
}

function causeLines(state: DemoState, columns: number): Span[][] {
  const causes = failuresByCause(state);
  const shown = causes.length > CAUSES_SHOWN ? CAUSES_SHOWN - 1 : CAUSES_SHOWN;
  const room = columns - 30;
  const lines = causes.slice(0, shown).map(({ code, failed, retried }): Span[] => {
    const name = code.length > room ? `${code.slice(0, room - 1)}…` : code;
    const numbers = `${String(failed).padStart(5)} failed ${String(retried).padStart(5)} retried`;
    return bothEnds([`  ${name}`], [{ text: numbers, color: failed > 0 ? 'red' : 'yellow' }], columns);
  });
  return causes.length > shown ? [...lines, [{ text: `  and ${causes.length - shown} more causes`, color: 'dim' }]] : lines;
}

function eventLines({ events }: DemoState): Span[][] {
  return events.slice(-EVENTS_SHOWN).map(({ at, kind, text }): Span[] => {
    const time: Span = { text: `  ${new Date(at).toTimeString().slice(0, 8)}  `, color: 'dim' };
    return kind === 'plain' ? [time, text] : [time, { text, color: kind === 'bad' ? 'red' : 'green' }];
  });
}

/** A blank line, a head and the latest lines there is room for; nothing when there is none. */
function section(head: string, lines: Span[][], rows: number): Span[][] {
  const room = rows - SECTION_HEAD;
  if (lines.length === 0 || room < 1) return [];
  return [[], [{ text: head, color: 'bold' }], ...lines.slice(-room)];
}
