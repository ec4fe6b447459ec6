import { setTimeout as delay } from 'node:timers/promises';
import { deviceIdOf, taskIdOf } from '../../../schema/model/ids';
import { type Row, whole } from '../fleet/measurement';
import { quantilesOf } from '../statistics';
import type { ConsoleSubject } from './console';
import { type MeasuredPage, openMeasured, until } from './page';

const QUIET_EVENTS = 40;
const QUIET_GAP_MS = 1_200;
const QUIET_AIM_MS = 150;

const CHANGES_A_SECOND = 200;
const STREAM_S = 60;
const STREAM_AIM_MS = 500;
/** Not counted: what the first events compile and keep. */
const WARM_UP_S = 10;
const LONG_TASK_MS = 100;
const TICK_MS = 50;
/** For what was written last to arrive. */
const SETTLE_MS = 3_000;
/** What a heap differs by from one collection to the next. */
const FLAT_BYTES = 5e6;

const ms = (value = Number.NaN): string => `${value.toFixed(0)} ms`;
const latencies = (measured: MeasuredPage): Promise<number[]> => measured.read('probe.latencies.splice(0)');

async function openBatch({ browser, url, key, batchId }: ConsoleSubject): Promise<{ measured: MeasuredPage; shown: string[] }> {
  const measured = await openMeasured(browser, url, key, `/batches/${batchId}`);
  await until(measured, 'probe.firstRow > 0', 60_000);
  await measured.page.locator('[data-live=live]').waitFor();
  const shown = await measured.read<string[]>("[...document.querySelectorAll('[data-task]')].map((row) => row.dataset.task)");
  return { measured, shown };
}

/** Percentages of tasks, written as the platform writes them: what follows is the path of every change. */
function writer({ store, batchId, productKey }: ConsoleSubject) {
  return (changes: readonly { deviceName: string; progress: number }[]) =>
    store.collections.tasks.bulkWrite(
      changes.map(({ deviceName, progress }) => ({
        updateOne: {
          filter: { _id: taskIdOf(batchId, deviceIdOf(productKey, deviceName)) },
          update: { $set: { status: 'IN_PROGRESS' as const, progress, updatedAt: new Date() }, $inc: { revision: 1 } },
        },
      })),
      { ordered: false },
    );
}

/** Rows that are drawn and differ from what the store has, once everything has arrived. */
async function wrongRows({ store, batchId }: ConsoleSubject, measured: MeasuredPage): Promise<number> {
  const shown = await measured.read<[name: string, progress: string | null][]>(
    "[...document.querySelectorAll('[data-task]')].map((row) => [row.dataset.task, row.querySelector('[role=progressbar]')?.getAttribute('aria-valuenow') ?? null])",
  );
  const tasks = await store.collections.tasks.find({ batchId, deviceName: { $in: shown.map(([name]) => name) } }).toArray();
  const stored = new Map(tasks.map(({ deviceName, progress }) => [deviceName, progress === null ? null : String(progress)]));
  return shown.filter(([name, progress]) => stored.get(name) !== progress).length;
}

/** One change after more than half a second of quiet. */
export async function quietEvents(subject: ConsoleSubject): Promise<Row[]> {
  const { measured, shown } = await openBatch(subject);
  const write = writer(subject);
  for (let index = 0; index < QUIET_EVENTS; index += 1) {
    subject.scope.signal.throwIfAborted();
    await write([{ deviceName: shown[index % 8] ?? '', progress: 1 + index }]);
    await delay(QUIET_GAP_MS);
  }
  const found = quantilesOf(await latencies(measured));
  await measured.close();
  return [
    {
      what: 'an event after quiet: from the socket to the screen, p95',
      measured: ms(found?.p95),
      aim: `≤ ${QUIET_AIM_MS} ms`,
      met: found !== null && found.count >= QUIET_EVENTS * 0.9 && found.p95 <= QUIET_AIM_MS,
      beside: `${found?.count ?? 0} of ${QUIET_EVENTS} events; p50 ${ms(found?.p50)}, at most ${ms(found?.max)}`,
      value: found?.p95 ?? Number.NaN,
    },
  ];
}

/** 200 changes a second for a minute: half of them in rows that are drawn. */
export async function streamOfEvents(subject: ConsoleSubject): Promise<Row[]> {
  const { measured, shown } = await openBatch(subject);
  const write = writer(subject);
  const each = (CHANGES_A_SECOND * TICK_MS) / 1_000;
  let sent = 0;
  let from = { heap: 0, messages: 0, sent: 0 };
  const began = performance.now();
  const ticks = ((WARM_UP_S + STREAM_S) * 1_000) / TICK_MS;
  for (let tick = 0; tick < ticks; tick += 1) {
    subject.scope.signal.throwIfAborted();
    if (tick === (WARM_UP_S * 1_000) / TICK_MS) {
      const heap = await measured.heapBytes();
      await latencies(measured);
      await measured.read('probe.longTasks.splice(0).length');
      from = { heap, messages: await measured.read('probe.messages'), sent };
    }
    const changes = Array.from({ length: each }, (_, index) => ({
      deviceName: (index % 2 === 0 ? shown[(sent + index) % shown.length] : subject.nameOf((sent * 31 + index * 7) % subject.count)) ?? '',
      progress: (tick % 99) + 1,
    }));
    sent += each;
    await write(changes);
    const due = began + (tick + 1) * TICK_MS - performance.now();
    if (due > 0) await delay(due);
  }
  await delay(SETTLE_MS);
  const found = quantilesOf(await latencies(measured));
  const longTasks = await measured.read<number[]>('probe.longTasks');
  const messages = (await measured.read<number>('probe.messages')) - from.messages;
  const growth = (await measured.heapBytes()) - from.heap;
  const wrong = await wrongRows(subject, measured);
  await measured.close();
  const long = longTasks.filter((duration) => duration > LONG_TASK_MS);
  const rate = (1_000 * sent) / (performance.now() - began - SETTLE_MS);
  return [
    {
      what: 'stream: changes written',
      measured: `${rate.toFixed(0)}/s`,
      beside: `${whole(sent - from.sent)} changes, ${whole(messages)} messages`,
      value: rate,
    },
    {
      what: 'stream: from the socket to the screen, p95',
      measured: ms(found?.p95),
      aim: `≤ ${STREAM_AIM_MS} ms`,
      met: found !== null && found.p95 <= STREAM_AIM_MS,
      beside: `${whole(found?.count ?? 0)} paints of rows; p50 ${ms(found?.p50)}, at most ${ms(found?.max)}`,
      value: found?.p95 ?? Number.NaN,
    },
    {
      what: `stream: tasks over ${LONG_TASK_MS} ms`,
      measured: `${long.length}`,
      aim: 'none',
      met: long.length === 0,
      beside: `the longest ${ms(Math.max(0, ...longTasks))}; ${longTasks.length} over 50 ms`,
      value: long.length,
    },
    { what: 'stream: rows that are wrong afterwards', measured: `${wrong}`, aim: 'none', met: wrong === 0, value: wrong },
    {
      what: `stream: memory after ${STREAM_S} s`,
      measured: `${growth >= 0 ? '+' : ''}${(growth / 1e6).toFixed(1)} MB`,
      aim: `≤ +${FLAT_BYTES / 1e6} MB`,
      met: growth <= FLAT_BYTES,
      beside: `${(from.heap / 1e6).toFixed(1)} MB before, both after a collection`,
      value: growth,
    },
  ];
}
