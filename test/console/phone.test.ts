import type { BrowserContextOptions, Locator } from 'playwright-core';
import { deviceIdOf, taskIdOf } from '../../schema/model/ids';
import { describeWithChromium } from '../support/chromium';
import { failsWith, stallsAt } from '../support/devices/behaviours';
import { ADMIN } from '../support/updraft';
import { accessibilityProblems, atRest, type ConsoleUnderTest, type Opened, signIn, startConsole } from './support/console';

const describeInBrowser = describeWithChromium('R-UI-3, R-DEV-7, the page for phones in a browser');

const HOSTILE = '<img src=x onerror=alert(1)>';
/** The narrowest there is, with a finger instead of a mouse. */
const PHONE: BrowserContextOptions = { viewport: { width: 320, height: 640 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };
/** What a finger hits, in CSS pixels. */
const FINGER = 44;

describeInBrowser('R-UI-3 R-DEV-7 the page for phones, in a real browser', () => {
  let console_: ConsoleUnderTest;
  let opened: Opened;
  let round = 0;
  beforeAll(async () => {
    console_ = await startConsole();
  });
  afterAll(() => console_?.stop());
  afterEach(() => opened?.context.close());

  async function tokenOf(owner: string): Promise<string> {
    const { access } = console_.updraft.core;
    const { key } = await access.createKey(ADMIN, { name: 'app server', role: 'ISSUER' });
    const viewer = await access.authenticate(key);
    if (!viewer) throw new Error('The key is none.');
    return (await access.createAppToken(viewer, { owner, minutes: 60 })).token;
  }
  /** A device of an owner of its own, which is offered an update and asked whether to install it. */
  async function offered(more: { behaviours?: ReturnType<typeof stallsAt>[]; online?: boolean; maxTimes?: number } = {}) {
    const { updraft } = console_;
    round += 1;
    const [deviceName, owner] = [`kettle-${round}`, `user-${round}`];
    if (more.online) await updraft.fleet([{ deviceName, behaviours: more.behaviours ?? [] }]);
    else await updraft.core.devices.register(ADMIN, updraft.productKey, [{ deviceName }]);
    const deviceId = deviceIdOf(updraft.productKey, deviceName);
    await updraft.core.devices.setOwners(ADMIN, [{ deviceId, owner }]);
    const notes = `Quieter by night.\n${HOSTILE}`;
    const firmware = await updraft.package(`2.0.${round}`, 4_096, undefined, { customInfo: notes });
    const deferral = { maxTimes: more.maxTimes ?? 3, maxHours: 168 };
    const batch = await updraft.push(
      firmware,
      { confirmation: true, multiModule: true, deferral },
      { scope: { kind: 'targeted', deviceNames: [deviceName] } },
    );
    const taskId = taskIdOf(batch._id, deviceId);
    await updraft.until(() => updraft.core.tasks.get(taskId));
    return { deviceName, deviceId, owner, taskId };
  }
  async function open(owner: string, path = '/my', options: BrowserContextOptions = {}): Promise<void> {
    opened = await console_.open(null, '/healthz', { ...PHONE, ...options });
    await signIn(opened.context, console_.url, await tokenOf(owner));
    await opened.page.goto(console_.url + path);
    await opened.page.locator('[data-live="live"]').waitFor();
  }
  const card = (deviceName: string) => opened.page.locator(`[data-device="${deviceName}"]`);
  const button = (name: string) => opened.page.getByRole('button', { name, exact: true });
  const statusOf = async (taskId: string) => (await console_.updraft.core.tasks.get(taskId))?.status;
  const words = (reason: string) => opened.page.locator(`[data-words="${reason}"]`).waitFor();

  async function tooSmall(within: Locator): Promise<string[]> {
    const small: string[] = [];
    await atRest(opened.page);
    for (const one of await within.all()) {
      const box = await one.boundingBox();
      if (box && (box.height < FINGER || box.width < FINGER)) small.push(`${await one.textContent()} ${box.width}×${box.height}`);
    }
    return small;
  }

  test('R-UI-3 R-DEV-7: who signs in with a token of an app comes to their devices, wherever they wanted to, and sees nothing else', async () => {
    const { owner, deviceName } = await offered();
    opened = await console_.open(null, '/batches', PHONE);
    const { page, context } = opened;
    await page.getByLabel('API key').fill(await tokenOf(owner));
    await page.getByRole('button', { name: 'Sign in with an API key' }).tap();
    await page.waitForURL('**/my');
    await page.getByRole('heading', { level: 1, name: 'My devices' }).waitFor();
    await card(deviceName).waitFor();
    expect(await page.getByRole('navigation').count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Navigation' }).count()).toBe(0);
    const stored = await page.evaluate('JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])');
    expect(stored).not.toContain('eyJ');
    await page.goto(`${console_.url}/settings/keys`);
    await page.waitForURL('**/my');
    expect((await context.cookies()).map(({ httpOnly, sameSite }) => [httpOnly, sameSite])).toEqual([[true, 'Strict']]);
    await page.getByRole('button', { name: 'Sign out' }).tap();
    await page.getByLabel('API key').waitFor();
  });

  test('R-UI-3: an update says what it brings and how large it is; "now" installs it, and how far it is is told in plain words', async () => {
    const { owner, deviceName, taskId } = await offered({ online: true, behaviours: [stallsAt(60)] });
    await open(owner);
    const own = card(deviceName);
    await own.getByRole('heading', { name: /^Version 2\.0\.\d+$/ }).waitFor();
    await own.getByText('4 kB to download').waitFor();
    expect(await own.locator('[data-notes]').textContent()).toBe(`Quieter by night.\n${HOSTILE}`);
    expect(await opened.page.locator('main img').count()).toBe(0);
    await words('CONFIRMATION');
    await button('Install now').tap();
    await own.getByText('The update is under way. Leave the device switched on.').waitFor();
    await own.getByText('60 %').waitFor();
    expect(await statusOf(taskId)).toBe('IN_PROGRESS');
    await console_.updraft.core.batches.cancel(ADMIN, (await console_.updraft.core.tasks.get(taskId))?.batchId ?? '');
    await own.getByText('This update will not be installed.').waitFor();
    expect(opened.complaints).toEqual([]);
  });

  test('R-UI-3 R-DEV-7: an update is installed to its end, or fails, and says so without a reload', async () => {
    const { owner, deviceName } = await offered({ online: true });
    await open(owner);
    await button('Install now').tap();
    await card(deviceName)
      .getByText(/^Done\. The device now has version 2\.0\.\d+\.$/)
      .waitFor();
    await opened.context.close();
    const failing = await offered({ online: true, behaviours: [failsWith(-2)] });
    await open(failing.owner);
    await button('Install now').tap();
    await card(failing.deviceName).getByText('The update did not work.').waitFor();
    await button('Earlier updates').tap();
    await card(failing.deviceName).locator('[data-earlier] [data-tone="bad"]').waitFor();
  });

  test('R-UI-3: "later" offers times that the batch allows, names what is left, and says when it asks again', async () => {
    const { owner, taskId } = await offered({ maxTimes: 1 });
    await open(owner);
    await button('Later').tap();
    const dialog = opened.page.getByRole('dialog', { name: 'When are you to be asked again?' });
    await dialog.getByText(/^You can put it off once more, until/).waitFor();
    expect(await tooSmall(dialog.getByRole('button'))).toEqual([]);
    await dialog.getByLabel('At another time').fill('2020-01-01T10:00');
    await dialog.getByRole('button', { name: 'Ask me then' }).tap();
    await dialog.locator('.mantine-TextInput-error').waitFor();
    expect(await dialog.getByLabel('At another time').inputValue()).toBe('2020-01-01T10:00');
    await dialog.getByRole('button', { name: 'Tomorrow morning' }).tap();
    await dialog.waitFor({ state: 'detached' });
    await words('CONFIRMATION_DEFERRED');
    await opened.page.getByText(/^You are asked again at/).waitFor();
    await opened.page.getByText('It cannot be put off any further.').waitFor();
    expect(await button('Later').count()).toBe(0);
    expect((await console_.updraft.core.tasks.get(taskId))?.deferral?.times).toBe(1);
    await button('Install now').tap();
    await words('DEVICE_OFFLINE');
  });

  test('R-UI-3 R-DEV-7: "no" is asked once more, and ends the update', async () => {
    const { owner, taskId } = await offered();
    await open(owner);
    await button('No').tap();
    await opened.page.getByRole('dialog').getByRole('button', { name: 'Do without it' }).tap();
    await opened.page.getByText('This update will not be installed.').waitFor();
    expect(await statusOf(taskId)).toBe('CANCELED');
  });

  test('R-UI-3 R-DEV-7: a device is added by its code, a wrong code is told at its field, and an update of it appears by itself', async () => {
    const { updraft } = console_;
    const { deviceId, deviceName } = await offered();
    await open('somebody-new');
    await opened.page.getByRole('heading', { name: 'You have no devices yet' }).waitFor();
    const code = opened.page.getByLabel('Code');
    await code.fill('bcdf ghjk lmnp');
    await button('Add the device').tap();
    await opened.page.locator('.mantine-TextInput-error').waitFor();
    expect(await code.inputValue()).toBe('bcdf ghjk lmnp');
    const { code: good } = await updraft.core.access.createPairingCode(ADMIN, deviceId);
    await code.fill(good.toLowerCase());
    await button('Add the device').tap();
    await opened.page.getByText('The device is yours now.').waitFor();
    await card(deviceName).getByRole('button', { name: 'Install now' }).waitFor();
    const more = await updraft.package(`3.0.${round}`, 4_096, 'screen');
    await updraft.push(more, { confirmation: true, multiModule: true }, { scope: { kind: 'targeted', deviceNames: [deviceName] } });
    await card(deviceName)
      .getByRole('heading', { name: `Version 3.0.${round}` })
      .waitFor();
  });

  test('R-UI-3: the page passes axe at 320 px, in dark and in 中文, fits its window, and its buttons are as large as a finger', async () => {
    const { owner, deviceName } = await offered();
    for (const options of [{}, { colorScheme: 'dark' as const }, { locale: 'zh-CN' }]) {
      await open(owner, '/', options);
      await card(deviceName).waitFor();
      expect(await accessibilityProblems(opened.page)).toEqual([]);
      expect(await opened.page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
      expect(await tooSmall(opened.page.locator('article').getByRole('button'))).toEqual([]);
      if (process.env.SHOTS)
        await opened.page.screenshot({
          fullPage: true,
          path: `${process.env.SHOTS}/my-${JSON.stringify(options).replace(/\W+/g, '_')}.png`,
        });
      expect(opened.complaints).toEqual([]);
      await opened.context.close();
    }
  });

  test('R-UI-3: whoever is no app finds no devices of their own here, and is told why', async () => {
    opened = await console_.open('OPERATOR', '/my', PHONE);
    await opened.page.getByRole('heading', { name: 'This page is for the users of devices' }).waitFor();
  });
});
