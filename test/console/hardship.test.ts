import { deviceIdOf } from '../../schema/model/ids';
import { describeWithChromium } from '../support/chromium';
import { stallsAt } from '../support/devices/behaviours';
import { ADMIN } from '../support/updraft';
import { type ConsoleUnderTest, gate, type Opened, startConsole } from './support/console';

const describeInBrowser = describeWithChromium('R-UI-3, the console on a slow line, with long lists and on paper');

describeInBrowser('R-UI-3 the console where things are slow and large', () => {
  let console_: ConsoleUnderTest;
  let opened: Opened;
  beforeAll(async () => {
    console_ = await startConsole();
  });
  afterAll(() => console_?.stop());
  afterEach(() => opened?.context.close());

  test('R-UI-3: on a slow line a page says that it is read, a command is sent once however often it is clicked, and changes come', async () => {
    const { updraft } = console_;
    const devices = [0, 1].map((index) => ({ deviceName: `slow-${index}`, behaviours: [stallsAt(30)] }));
    await updraft.fleet(devices, { pacing: { skipDownload: true, rebootMs: null } });
    const deviceNames = devices.map(({ deviceName }) => deviceName);
    const batch = await updraft.push(await updraft.package('2.0.0'), {}, { scope: { kind: 'targeted', deviceNames } });
    opened = await console_.open('OPERATOR', '/signin');
    const { page, context } = opened;
    const session = await context.newCDPSession(page);
    await session.send('Network.enable');
    await session.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 400,
      downloadThroughput: 100_000,
      uploadThroughput: 30_000,
    });
    let pauses = 0;
    page.on('request', (request) => {
      if (request.method() === 'POST' && request.postData()?.includes('PauseBatch')) pauses += 1;
    });
    await page.goto(`${console_.url}/batches/${batch._id}`, { waitUntil: 'commit' });
    await page.getByLabel('Loading').first().waitFor();
    const pause = page.getByRole('button', { name: 'Pause', exact: true });
    const clicked = gate();
    // The answer comes after the second click, however far apart a busy machine has them.
    await page.route('**/graphql', async (route) => {
      if (route.request().postData()?.includes('PauseBatch')) await clicked.opened;
      await route.continue();
    });
    await pause.dblclick();
    clicked.open();
    await page.unrouteAll({ behavior: 'wait' });
    await page.getByRole('button', { name: 'Resume', exact: true }).waitFor();
    expect(pauses).toBe(1);
    await page.locator('[data-live=live]').waitFor();
    await updraft.core.batches.cancel(ADMIN, batch._id);
    await page.locator('[data-task=slow-1]').filter({ hasText: 'canceled' }).waitFor();
    expect(opened.complaints).toEqual([]);
  });

  test('R-UI-3: a question goes with the page that it was asked on; a form is not closed unasked while its answer is under way', async () => {
    const { updraft } = console_;
    const product = await updraft.core.products.create(ADMIN, { name: 'left behind' });
    opened = await console_.open('ADMINISTRATOR', '/settings/keys');
    const { page } = opened;
    await page.getByRole('link', { name: 'Products' }).click();
    await page.getByRole('link', { name: 'left behind' }).click();
    await page.getByRole('button', { name: 'Delete …' }).click();
    const question = page.getByRole('dialog', { name: 'Delete this product?' });
    await question.getByRole('textbox').fill(product._id);
    await page.evaluate('history.back()');
    await page.getByRole('heading', { level: 1, name: 'Products' }).waitFor();
    await question.waitFor({ state: 'detached' });

    await page.getByRole('link', { name: 'Keys and people' }).click();
    await page.getByRole('button', { name: 'New key' }).click();
    const form = page.getByRole('dialog', { name: 'New API key' });
    const answered = gate();
    await page.route('**/graphql', async (route) => {
      if (route.request().postData()?.includes('createApiKey')) await answered.opened;
      await route.continue();
    });
    await form.getByRole('textbox', { name: 'Name' }).fill('slow  key');
    await form.getByRole('textbox', { name: 'Name' }).press('Enter');
    await form.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('dialog', { name: 'Close this before the answer is there?' }).waitFor();
    answered.open();
    await page.unrouteAll({ behavior: 'wait' });
    await page.getByRole('dialog', { name: 'The new key' }).locator('pre').waitFor();
    await page.getByRole('button', { name: 'I have copied it' }).click();
    // It is typed as it is seen: a page shows two blanks as one.
    await page.getByRole('button', { name: 'Revoke slow key' }).click();
    const revoke = page.getByRole('dialog', { name: 'Revoke this key?' });
    await revoke.getByRole('textbox').fill('slow key');
    await revoke.getByRole('button', { name: 'Revoke the key' }).click();
    await page.locator('[data-key="slow  key"][data-state=revoked]').waitFor();

    await page.goto(`${console_.url}/batches/new?from=nonsense`);
    await page.getByText('The batch that was to be copied is not there').waitFor();
    await page.getByRole('button', { name: 'Create the batch' }).waitFor();
    // Where there is one product only, the tests that follow have it chosen.
    await updraft.core.products.delete(ADMIN, product._id);
  });

  test('R-UI-3: names as long as they may be, without a blank, push no page wider than the narrowest window', async () => {
    const { updraft } = console_;
    const [long, device] = ['W'.repeat(64), 'W'.repeat(32)];
    await updraft.core.devices.register(ADMIN, updraft.productKey, [{ deviceName: device }]);
    const outer = await updraft.core.groups.create(ADMIN, { name: long });
    const inner = await updraft.core.groups.create(ADMIN, { name: 'm'.repeat(64), parentId: outer._id });
    const batch = await updraft.push(
      await updraft.package('9'.repeat(29)),
      {},
      { name: long, scope: { kind: 'targeted', deviceNames: [device] } },
    );
    opened = await console_.open('OPERATOR', '/signin', { viewport: { width: 320, height: 700 } });
    const { page } = opened;
    for (const [path, shown] of [
      [`/batches/${batch._id}`, `[data-task=${device}]`],
      [`/devices/${deviceIdOf(updraft.productKey, device)}`, `a[href="/batches/${batch._id}"]`],
      [`/groups/${inner._id}`, `a[href="/groups/${outer._id}"]`],
    ] as const) {
      await page.goto(console_.url + path);
      await page.locator(shown).first().waitFor();
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
    }
    await updraft.core.batches.cancel(ADMIN, batch._id);
  });

  test('R-UI-3: a list of 10,000 devices is read to its end as it is scrolled, draws only what is in sight, and goes back at once', async () => {
    const { updraft } = console_;
    const [count, atOnce] = [10_000, 1_000];
    const nameOf = (index: number): string => `row-${String(index).padStart(5, '0')}`;
    for (let from = 0; from < count; from += atOnce) {
      const names = Array.from({ length: atOnce }, (_, index) => ({ deviceName: nameOf(from + index) }));
      await updraft.core.devices.register(ADMIN, updraft.productKey, names);
    }
    opened = await console_.open('VIEWER', '/devices?name=row-');
    const { page } = opened;
    await page.locator(`[data-device=${nameOf(0)}]`).waitFor();
    const last = page.locator(`[data-device=${nameOf(count - 1)}]`);
    const scrollTo = (top: string) => page.evaluate(`{ const list = document.querySelector('[data-scroller]'); list.scrollTop = ${top}; }`);
    while (!(await last.isVisible())) {
      await scrollTo('list.scrollHeight');
      await page.evaluate('new Promise(requestAnimationFrame)');
    }
    expect(await page.locator('[data-device]').count()).toBeLessThan(100);
    let requests = 0;
    page.on('request', (request) => {
      if (request.postData()?.includes('DeviceList')) requests += 1;
    });
    await scrollTo('0');
    await page.locator(`[data-device=${nameOf(0)}]`).waitFor();
    // Pages far away are forgotten, and read again one by one, from cursors that are kept: of a hundred, those at both ends, each once more
    // when it is followed.
    expect(requests).toBeLessThanOrEqual(8);
  });

  test('R-UI-3: on paper there is the page without its navigation, and no list is cut off', async () => {
    opened = await console_.open('VIEWER', '/devices?name=row-000');
    const { page } = opened;
    await page.locator('[data-device]').nth(9).waitFor();
    await page.emulateMedia({ media: 'print' });
    expect(await page.getByRole('navigation', { name: 'Pages' }).isVisible()).toBe(false);
    expect(
      await page.evaluate("(({ scrollHeight, clientHeight }) => scrollHeight - clientHeight)(document.querySelector('[data-scroller]'))"),
    ).toBe(0);
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
  });
});
