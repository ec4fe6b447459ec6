import { Readable } from 'node:stream';
import type { Page, Request, Route } from 'playwright-core';
import { deviceIdOf, taskIdOf } from '../../schema/model/ids';
import { describeWithChromium } from '../support/chromium';
import { failsWith, silent, stallsAt } from '../support/devices/behaviours';
import { ADMIN } from '../support/updraft';
import { type ConsoleUnderTest, type Opened, startConsole } from './support/console';

const describeInBrowser = describeWithChromium('R-UI-3, that pages of the console stand still while they are read');

/** Of the window's area that moves, by the share of it that it moves. A bound of 0.1 is called good. */
const MOST_SHIFT = 0.02;

/** Runs in the page before anything else: what moves without anybody having done something. */
const PROBE = `
globalThis.shifts = [];
new PerformanceObserver((list) => {
  for (const { value, hadRecentInput, sources } of list.getEntries())
    if (!hadRecentInput) shifts.push({ value, moved: sources.map(({ node }) => (node?.textContent ?? '').slice(0, 60)) });
}).observe({ type: 'layout-shift', buffered: true });
`;
const TWO_FRAMES = 'new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))';

const WAIT_MS = 300_000;

const WIDE = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };

describeInBrowser('R-UI-3 what comes late moves nothing that is on the page, in a real browser', () => {
  let console_: ConsoleUnderTest;
  let opened: Opened;
  let batchId = '';
  let packageId = '';

  beforeAll(async () => {
    console_ = await startConsole();
    const { updraft } = console_;
    const kinds = [[], [stallsAt(60)], [silent()], [failsWith(-2)], [failsWith(-3)]];
    const devices = Array.from({ length: 20 }, (_, index) => ({
      deviceName: `still-${String(index).padStart(2, '0')}`,
      version: `1.${index % 4}.0`,
      behaviours: kinds[index % kinds.length] ?? [],
    }));
    await updraft.fleet(devices, { pacing: { skipDownload: true, installMs: 10, rebootMs: 10 } });
    const firmware = await updraft.package('2.0.0');
    packageId = firmware._id;
    batchId = (await updraft.push(firmware, {}, { name: 'Seen while it is read' }))._id;
    await updraft.core.groups.create(ADMIN, { name: 'North' });
    const file = Readable.from(['deviceName\nwest-1\n']);
    await updraft.core.deviceImports.create(ADMIN, { productKey: updraft.productKey }, file);
    await updraft.until(async () => {
      const { SUCCEEDED, FAILED, NOTIFIED, IN_PROGRESS } = await updraft.core.batches.counts(batchId);
      return SUCCEEDED === 4 && FAILED === 8 && NOTIFIED + IN_PROGRESS === 8;
    });
    // Early in each minute the platform counts: curves have something to show then.
    await updraft.until(async () => {
      await updraft.store.collections.settings.updateOne({ _id: 'series-claim' }, { $set: { value: new Date(0) } });
      return updraft.platform.parts.sampler.look();
    });
  });
  afterAll(async () => {
    await console_?.updraft.core.batches.cancel(ADMIN, batchId);
    await console_?.stop();
  });
  afterEach(() => opened?.context.close());

  /** Each with what is there when everything has been read and drawn. */
  const pages: [page: string, path: () => string, ready: string[]][] = [
    ['the overview', () => '/', ['[data-flow=pace] canvas', '[data-waiting]', '[data-version]', '[data-health=ready]']],
    ['batches', () => '/batches', ['tbody tr']],
    ['a batch', () => `/batches/${batchId}`, ['[data-task]', '[data-curves] canvas']],
    ['a batch, at its devices', () => `/batches/${batchId}?status=FAILED#tasks`, ['[data-task]', '[data-curves] canvas']],
    ['a task', () => `/tasks/${taskIdOf(batchId, deviceIdOf(console_.updraft.productKey, 'still-03'))}`, ['[data-cause]']],
    ['devices', () => '/devices', ['[data-device]']],
    ['devices of a product', () => `/devices?product=${console_.updraft.productKey}`, ['[data-device]', '[role=group] button']],
    ['a device', () => `/devices/${deviceIdOf(console_.updraft.productKey, 'still-03')}`, ['[data-module]']],
    ['packages', () => '/packages', ['tbody tr']],
    ['a package', () => `/packages/${packageId}`, ['[data-version]']],
    ['imports', () => '/devices/imports', ['tr[data-import]']],
    ['groups', () => '/groups', ['[data-group]']],
    ['products', () => '/products', ['tbody tr']],
    ['the audit trail', () => '/audit', ['tbody tr']],
  ];

  const ended = (page: Page, awaited: Request): Promise<void> =>
    new Promise((resolve) => {
      const look = (request: Request): void => {
        if (request !== awaited) return;
        page.off('requestfinished', look).off('requestfailed', look);
        resolve();
      };
      page.on('requestfinished', look).on('requestfailed', look);
    });

  /** Holds every answer back, and lets one after the other through, the one that was asked for last first, each when the one before is drawn. */
  async function readLate(page: Page, path: string, ready: readonly string[]): Promise<void> {
    const held: Route[] = [];
    for (const address of ['**/graphql', '**/readyz']) await page.route(address, (route) => void held.push(route));
    await page.goto(console_.url + path, { waitUntil: 'commit' });
    const end = Date.now() + WAIT_MS;
    const missing = async (): Promise<string | null> => {
      for (const each of ready) if ((await page.locator(each).count()) === 0) return each;
      return null;
    };
    for (;;) {
      const route = held.pop();
      if (route) {
        const over = ended(page, route.request());
        // What nobody waits for any more has failed already.
        await route.continue().catch(() => undefined);
        if (route.request().failure() === null) await over;
      } else {
        const lacks = await missing();
        if (lacks === null) break;
        if (Date.now() > end) throw new Error(`There is no ${lacks} on ${path}.`);
      }
      await page.evaluate(TWO_FRAMES);
    }
  }

  const looks = pages.flatMap(([page, path, ready]) => [
    [page, 'in a window', WIDE, path, ready] as const,
    [page, 'on a phone', PHONE, path, ready] as const,
  ]);
  test.each(looks)('R-UI-3: %s, %s, stands still when answers come late', async (_page, _where, viewport, path, ready) => {
    opened = await console_.open('ADMINISTRATOR', '/healthz', { viewport });
    const { page, context } = opened;
    await context.addInitScript(PROBE);
    await readLate(page, path(), ready);
    const shifts = (await page.evaluate('shifts')) as { value: number; moved: string[] }[];
    const sum = shifts.reduce((total, { value }) => total + value, 0);
    expect(sum > MOST_SHIFT ? shifts : []).toEqual([]);
  });
});
