import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { deviceIdOf, taskIdOf } from '../../schema/model/ids';
import { describeWithChromium } from '../support/chromium';
import { failsWith, neverReportsVersion, silent, stallsAt } from '../support/devices/behaviours';
import { ADMIN } from '../support/updraft';
import { accessibilityProblems, type ConsoleUnderTest, signIn, startConsole } from './support/console';
import { createFilm } from './support/film';

const describeInBrowser = describeWithChromium('R-UI-3, how the pages of the console look');

/**
 * `UPDRAFT_SCREENSHOTS=1 npx jest test/console/looks.test.ts` writes the images of the docs; `all`, those in Chinese too, which a machine
 * without a font for them would show as boxes.
 */
const { UPDRAFT_SCREENSHOTS: WANTED } = process.env;
const FOLDER = WANTED ? join(__dirname, '../../docs/images/console') : null;
const ILLUSTRATED = ['light', 'dark', 'phone', ...(WANTED === 'all' ? ['zh'] : [])];

const WIDE = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };
const LOOKS: [name: string, options: BrowserContextOptions][] = [
  ['light', { viewport: WIDE, colorScheme: 'light' }],
  ['dark', { viewport: WIDE, colorScheme: 'dark' }],
  ['phone', { viewport: PHONE, colorScheme: 'light' }],
  ['zh', { viewport: WIDE, colorScheme: 'light', locale: 'zh-CN' }],
  ['zh-phone', { viewport: PHONE, colorScheme: 'dark', locale: 'zh-CN' }],
];

/** As WebP, which Playwright does not write by itself. */
async function save(page: Page, name: string, look: string): Promise<void> {
  if (!FOLDER || !ILLUSTRATED.includes(look)) return;
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 70 });
  await mkdir(FOLDER, { recursive: true });
  await writeFile(join(FOLDER, `${name}-${look}.webp`), Buffer.from(data, 'base64'));
}

describeInBrowser('R-UI-3 every page, in light and dark, on a phone, in 简体中文', () => {
  let console_: ConsoleUnderTest;
  let batchId = '';
  let packageId = '';
  let appKey = '';
  let importId = '';
  let groupId = '';
  const name = 'Water meters 2.0.0, north';

  beforeAll(async () => {
    console_ = await startConsole();
    const { updraft } = console_;
    const kinds = [[], [stallsAt(60)], [silent()], [failsWith(-2)], [neverReportsVersion()], [], [failsWith(-3)], []];
    const devices = Array.from({ length: 24 }, (_, index) => ({
      deviceName: `meter-north-${String(index + 1).padStart(4, '0')}`,
      behaviours: kinds[index % kinds.length] ?? [],
    }));
    await updraft.fleet(devices, { pacing: { skipDownload: true, installMs: 10, rebootMs: 10 } });
    const file = Readable.from(['deviceName,province,city\nmeter-west-0001,Zhejiang,Hangzhou\nwest 2,,\nmeter-west-0003,Zhejiang,\n']);
    importId = (await updraft.core.deviceImports.create(ADMIN, { productKey: updraft.productKey, skipInvalid: true }, file))._id;
    const north = await updraft.core.groups.create(ADMIN, { name: 'North' });
    groupId = (await updraft.core.groups.create(ADMIN, { name: 'North, hall 1', parentId: north._id }))._id;
    await updraft.core.groups.create(ADMIN, { name: 'South' });
    const members = Array.from({ length: 12 }, (_, index) =>
      deviceIdOf(updraft.productKey, `meter-north-${String(index + 1).padStart(4, '0')}`),
    );
    await updraft.core.groups.addDevices(ADMIN, groupId, members);
    packageId = (await updraft.package('2.1.0'))._id;
    const batch = await updraft.push(await updraft.package('2.0.0'), {}, { name });
    batchId = batch._id;
    await updraft.until(async () => {
      const { SUCCEEDED, FAILED, NOTIFIED, IN_PROGRESS } = await updraft.core.batches.counts(batchId);
      return SUCCEEDED === 9 && FAILED === 6 && NOTIFIED + IN_PROGRESS === 9;
    });
    await updraft.core.devices.register(ADMIN, updraft.productKey, [{ deviceName: 'kettle' }]);
    const customInfo = 'Quieter by night.\nThe child lock can be set from the app.';
    await updraft.push(
      await updraft.package('2.2.0', 300_000, undefined, { customInfo }),
      { confirmation: true },
      {
        scope: { kind: 'targeted', deviceNames: ['kettle'] },
      },
    );
    const deviceIds = [deviceIdOf(updraft.productKey, 'kettle')];
    appKey = (await updraft.core.access.createKey(ADMIN, { name: 'phone', role: 'APP', deviceIds })).key;
  });
  afterAll(async () => {
    await console_?.updraft.core.batches.cancel(ADMIN, batchId);
    await console_?.stop();
  });

  const PAGES: [page: string, path: () => string, waitsFor: string, key?: () => string][] = [
    ['overview', () => '/', '[data-batch]'],
    ['batches', () => '/batches', 'tbody tr'],
    ['batch', () => `/batches/${batchId}`, '[data-task]'],
    ['my', () => '/my', '[data-task]', () => appKey],
    ['new-batch', () => `/batches/new?package=${packageId}`, '[data-current=true]'],
    ['new-device', () => '/devices/new', 'form'],
    ['imports', () => '/devices/imports', 'tr[data-import]'],
    ['import', () => `/devices/imports/${importId}`, '[data-line]'],
    ['groups', () => '/groups', '[data-group]'],
    ['group', () => `/groups/${groupId}`, 'tr[data-device]'],
    ['cells', () => '/cells', 'h2'],
    ['limits', () => '/settings/limits', '[data-limit]'],
    // The tests of these pages look at them by themselves: here they are taken for the docs.
    ...(FOLDER ? furtherPages() : []),
  ];

  function furtherPages(): typeof PAGES {
    const administrator = () => console_.keys.ADMINISTRATOR;
    const deviceId = () => deviceIdOf(console_.updraft.productKey, 'meter-north-0004');
    return [
      ['devices', () => '/devices', '[data-device]'],
      ['device', () => `/devices/${deviceId()}`, 'main section'],
      ['task', () => `/tasks/${taskIdOf(batchId, deviceId())}`, 'main section'],
      ['packages', () => '/packages', 'main table'],
      ['package', () => `/packages/${packageId}`, 'main h1'],
      ['new-package', () => '/packages/new', 'main h1'],
      ['products', () => '/products', 'main h1'],
      ['product', () => `/products/${console_.updraft.productKey}`, 'main h1'],
      ['keys', () => '/settings/keys', 'main h1', administrator],
      ['people', () => '/settings/people', 'main h1', administrator],
      ['audit', () => '/audit', 'main h1', administrator],
    ];
  }

  test.each(PAGES.flatMap((page) => LOOKS.map((look) => [page[0], look[0], page, look] as const)))(
    'R-UI-3: the page %s in %s: axe finds nothing, nothing overflows, nothing is complained of',
    async (_page, _look, [page_, path, waitsFor, key], [look, options]) => {
      const { page, context, complaints } = await console_.open(key ? null : 'OPERATOR', key ? '/healthz' : path(), options);
      if (key) {
        await signIn(context, console_.url, key());
        await page.goto(console_.url + path());
      }
      await page.locator(waitsFor).first().waitFor();
      await page.evaluate('document.fonts.ready');
      if (FOLDER) await page.waitForLoadState('networkidle');
      expect(await accessibilityProblems(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
      expect(complaints).toEqual([]);
      await save(page, page_, look);
      await context.close();
    },
  );

  test('R-UI-3: a batch is seen from its first push to its end on a page that is loaded once', async () => {
    const { updraft } = console_;
    const count = FOLDER ? 48 : 6;
    const pacing = FOLDER ? { downloadMs: 2_500, stepsReported: [10, 25, 40, 55, 70, 85, 100], installMs: 500, rebootMs: 300 } : {};
    const deviceNames = Array.from({ length: count }, (_, index) => `gas-meter-${String(index + 1).padStart(3, '0')}`);
    const faulty = new Map([7, 19, 31].map((index) => [deviceNames[index], [failsWith(-3)]]));
    await updraft.fleet(
      deviceNames.map((deviceName) => ({ deviceName, behaviours: faulty.get(deviceName) ?? [] })),
      { pacing: { ...pacing, skipDownload: true } },
    );
    const rate = { kind: 'constant', perMinute: FOLDER ? 360 : 10_000 } as const;
    const scope = { kind: 'targeted', deviceNames } as const;
    const batch = await updraft.push(await updraft.package('3.0.0'), { rate }, { name: 'Gas meters 3.0.0', scope });
    const { page, context } = await console_.open('OPERATOR', `/batches/${batch._id}`, { viewport: WIDE });
    let loads = 0;
    page.on('load', () => {
      loads += 1;
    });
    await page.locator('[data-task]').first().waitFor();
    const over = page.getByText('finished', { exact: true }).first().waitFor();
    if (FOLDER) await (await createFilm(page, 600)).during(over, join(FOLDER, 'batch.svg'));
    await over;
    await page.locator('[data-task]').getByText('succeeded').nth(2).waitFor();
    expect(loads).toBe(0);
    await context.close();
  });
});
