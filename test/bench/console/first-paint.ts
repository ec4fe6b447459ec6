import type { Row } from '../fleet/measurement';
import { quantilesOf } from '../statistics';
import type { ConsoleSubject } from './console';
import { openMeasured, until } from './page';

const VISITS = 7;
const AIM_MS = 1_500;
const SHIFT_AIM = 0.1;
const INTERACTION_AIM_MS = 200;

/** The page of the batch, with an empty cache each time: when its first devices are on screen, what moves meanwhile, and how soon it answers. */
export async function firstPaint({ browser, url, key, batchId, scope }: ConsoleSubject): Promise<Row[]> {
  const paints: number[] = [];
  const meaningful: number[] = [];
  const shifts: number[] = [];
  const interactions: number[] = [];
  for (let visit = 0; visit < VISITS; visit += 1) {
    scope.signal.throwIfAborted();
    const measured = await openMeasured(browser, url, key, `/batches/${batchId}`);
    await until(measured, 'probe.firstRow > 0', 60_000);
    meaningful.push(await measured.read('probe.firstRow'));
    paints.push(await measured.read("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN"));
    const search = measured.page.getByLabel('Device name begins with');
    await search.pressSequentially('meter-00', { delay: 40 });
    await measured.page.keyboard.press('Tab');
    await measured.page.waitForTimeout(500);
    shifts.push(await measured.read('probe.shift'));
    interactions.push(await measured.read('probe.slowest'));
    await measured.close();
  }
  const [first, rows] = [quantilesOf(paints), quantilesOf(meaningful)];
  const shift = Math.max(...shifts);
  const slowest = Math.max(...interactions);
  const ms = (value = Number.NaN): string => `${value.toFixed(0)} ms`;
  return [
    { what: 'first contentful paint', measured: ms(first?.p50), beside: `${ms(first?.max)} at most of ${VISITS}`, value: first?.p50 ?? 0 },
    {
      what: 'first devices of the batch on screen',
      measured: ms(rows?.p50),
      aim: `≤ ${AIM_MS} ms`,
      met: (rows?.p50 ?? Number.NaN) <= AIM_MS,
      beside: `${ms(rows?.max)} at most`,
      value: rows?.p50 ?? 0,
    },
    {
      what: 'layout shift (CLS)',
      measured: shift.toFixed(3),
      aim: `≤ ${SHIFT_AIM}`,
      met: shift <= SHIFT_AIM,
      beside: 'the largest',
      value: shift,
    },
    {
      what: 'interaction delay (typing, tab)',
      measured: slowest < 16 ? '< 16 ms' : ms(slowest),
      aim: `≤ ${INTERACTION_AIM_MS} ms`,
      met: slowest <= INTERACTION_AIM_MS,
      beside: 'the longest',
      value: slowest,
    },
  ];
}
