import { type Row, whole } from '../fleet/measurement';
import type { ConsoleSubject } from './console';
import { type MeasuredPage, openMeasured, until, VIEWPORT } from './page';

/** The list and the bare one take turns, so that what else goes on meets both of them. */
const ROUNDS = 3;
const SCROLL_S = 10;
const FRAME_MS = 1_000 / 60;
/** A wheel's turn, in pixels: some 60 rows of the devices a second at the rate below. */
const TURN_PX = 100;
const TURN_EVERY_MS = 50;
/** Of the frames that the bare list has. A renderer without a graphics card drops some by itself. */
const LEAST_SHARE = 0.95;

const BARE_ROWS = 3_000;
/** As high as the rows of the devices, and all there from the beginning: what a browser scrolls with nothing to do for it. */
const BARE_LIST = `(() => {
  const list = document.createElement('div');
  list.dataset.scroller = '';
  list.style.cssText = 'height: 675px; overflow: auto; margin: 200px 16px 0 232px; background: #fff; font: 14px sans-serif';
  for (let index = 0; index < ${BARE_ROWS}; index += 1) {
    const row = document.createElement('div');
    row.style.height = '33px';
    row.textContent = 'meter-' + String(index).padStart(7, '0');
    list.append(row);
  }
  document.body.replaceChildren(list);
  document.body.style.margin = '0';
})()`;

interface Scrolled {
  frames: number;
  dropped: number;
  mostInARow: number;
  pixels: number;
  longestTask: number;
  busySeconds: number;
  seconds: number;
}

interface Subject {
  name: string;
  path: string;
  prepare(measured: MeasuredPage): Promise<void>;
  found: Scrolled[];
}

const shown = (measured: MeasuredPage): Promise<void> => until(measured, 'probe.firstRow > 0', 60_000);

export const scrolledDevices = (subject: ConsoleSubject): Promise<Row[]> =>
  scrolled(subject, `${whole(subject.count)} devices`, '/devices');
export const scrolledTasks = (subject: ConsoleSubject): Promise<Row[]> =>
  scrolled(subject, `${whole(subject.count)} devices of a batch`, `/batches/${subject.batchId}#tasks`);

/** A list of the console, scrolled by the wheel without a stop while its pages are read as they come into sight, beside a bare list. */
async function scrolled({ browser, url, key, scope }: ConsoleSubject, name: string, path: string): Promise<Row[]> {
  const list: Subject = { name, path, prepare: shown, found: [] };
  const bare: Subject = { name: 'bare', path: '/healthz', prepare: (measured) => measured.read(BARE_LIST), found: [] };
  for (let round = 0; round < ROUNDS; round += 1)
    for (const { path, prepare, found } of [list, bare]) {
      const measured = await openMeasured(browser, url, key, path);
      await prepare(measured);
      found.push(await scroll(measured, scope.signal));
      await measured.close();
    }
  return rowsOf(list, bare);
}

async function scroll(measured: MeasuredPage, signal: AbortSignal): Promise<Scrolled> {
  const { page } = measured;
  const box = await page.locator('[data-scroller]').boundingBox();
  await page.mouse.move(VIEWPORT.width / 2, Math.min(VIEWPORT.height - 50, (box?.y ?? 0) + 300));
  await measured.read('probe.longTasks.splice(0).length');
  await measured.read('probe.countFrames()');
  const busyBefore = await measured.busySeconds();
  const began = performance.now();
  for (let turn = 1; performance.now() - began < SCROLL_S * 1_000; turn += 1) {
    signal.throwIfAborted();
    await page.mouse.wheel(0, TURN_PX);
    const due = began + turn * TURN_EVERY_MS - performance.now();
    if (due > 0) await page.waitForTimeout(due);
  }
  const seconds = (performance.now() - began) / 1_000;
  const busySeconds = (await measured.busySeconds()) - busyBefore;
  const times = await measured.read<number[]>('(() => { const times = probe.frames; probe.frames = null; return times; })()');
  const pixels = await measured.read<number>("document.querySelector('[data-scroller]').scrollTop");
  const longestTask = Math.max(0, ...(await measured.read<number[]>('probe.longTasks')));
  const missed = times.slice(1).map((at, index) => Math.max(0, Math.round((at - (times[index] ?? at)) / FRAME_MS) - 1));
  const dropped = missed.reduce((sum, each) => sum + each, 0);
  return { frames: times.length, dropped, mostInARow: Math.max(0, ...missed), pixels, longestTask, busySeconds, seconds };
}

function summed(found: readonly Scrolled[]) {
  const sum = (of: (each: Scrolled) => number): number => found.reduce((total, each) => total + of(each), 0);
  const [frames, dropped] = [sum(({ frames }) => frames), sum(({ dropped }) => dropped)];
  return {
    dropped,
    all: frames + dropped,
    share: frames / (frames + dropped),
    busy: sum(({ busySeconds }) => busySeconds) / sum(({ seconds }) => seconds),
    pixels: sum(({ pixels }) => pixels),
    mostInARow: Math.max(...found.map(({ mostInARow }) => mostInARow)),
    longestTask: Math.max(...found.map(({ longestTask }) => longestTask)),
  };
}

function rowsOf({ name, found }: Subject, bareList: Subject): Row[] {
  const [list, bare] = [summed(found), summed(bareList.found)];
  const ratio = list.share / bare.share;
  const percent = (share: number): string => `${Math.round(100 * share)} %`;
  return [
    {
      what: `scrolling ${name}: frames drawn, of those of a bare list`,
      measured: ratio.toFixed(3),
      aim: `≥ ${LEAST_SHARE}`,
      met: ratio >= LEAST_SHARE,
      beside: `dropped ${list.dropped} of ${whole(list.all)}, at most ${list.mostInARow} in a row; the bare list ${bare.dropped} of ${whole(bare.all)}`,
      value: ratio,
    },
    {
      what: `scrolling ${name}: time that the page's thread was busy`,
      measured: percent(list.busy),
      beside: `the bare list ${percent(bare.busy)}; ${whole(list.pixels)} pixels; the longest task ${list.longestTask.toFixed(0)} ms`,
      value: list.busy,
    },
  ];
}
