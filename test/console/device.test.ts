import { describeWithChromium } from '../support/chromium';
import { ADMIN } from '../support/updraft';
import { accessibilityProblems, type ConsoleUnderTest, type Opened, seen, startConsole } from './support/console';

const describeInBrowser = describeWithChromium('R-UI-3, the page of a device in a browser');

const HOSTILE = '<script>alert(1)</script>';

describeInBrowser('R-UI-3 the page of a device, in a real browser', () => {
  let console_: ConsoleUnderTest;
  let opened: Opened;
  let path: (name: string) => string;
  beforeAll(async () => {
    console_ = await startConsole();
    const { updraft } = console_;
    const { core, productKey } = updraft;
    path = (name) => `/devices/${encodeURIComponent(`${productKey}.${name}`)}`;
    await core.devices.register(ADMIN, productKey, [
      { deviceName: 'away', tags: [{ key: 'note', value: HOSTILE }], owner: 'user-1', region: { province: '浙江', city: '杭州' } },
      { deviceName: 'secret-1' },
    ]);
    await updraft.fleet([{ deviceName: 'main-hub' }, { deviceName: 'ready' }]);
    await seen(updraft, 'main-hub', 'ready');
    await core.devices.register(ADMIN, productKey, [{ deviceName: 'child', parent: { deviceName: 'main-hub' } }]);
  });
  afterAll(() => console_?.stop());
  afterEach(() => opened?.context.close());

  const reason = (text: string | RegExp) => opened.page.locator('[data-reason]').filter({ hasText: text }).waitFor();

  test('R-UI-3: why nothing happens is told, and changes live while the device is upgraded, step by step', async () => {
    opened = await console_.open('VIEWER', path('ready'));
    const { page } = opened;
    await page.getByRole('heading', { level: 1, name: 'ready' }).waitFor();
    await page.getByText('on-line', { exact: true }).waitFor();
    await reason('no batch has selected it yet');
    const { updraft } = console_;
    const firmware = await updraft.package('1.1.0');
    const batch = await updraft.push(firmware, {}, { name: HOSTILE, scope: { kind: 'targeted', deviceNames: ['ready'] } });
    await updraft.settled(batch);
    const steps = page.getByRole('list', { name: 'Steps of the update to 1.1.0' });
    await steps.getByText('Succeeded').waitFor();
    await steps.getByText('Notified, attempt 1').waitFor();
    await steps.getByText('Task made: 1.0.0 → 1.1.0').waitFor();
    await page.locator('tr[data-module="default"]').getByText('1.1.0').waitFor();
    await page.getByRole('link', { name: HOSTILE }).waitFor();
    await reason('all of its updates have ended');
    expect(opened.complaints).toEqual([]);
  });

  test('R-UI-3: its presence over time is shown as it comes and goes, though the history is written a moment later', async () => {
    const { updraft } = console_;
    const id = `${updraft.productKey}.flapping`;
    await updraft.core.devices.register(ADMIN, updraft.productKey, [{ deviceName: 'flapping' }]);
    opened = await console_.open('VIEWER', path('flapping'));
    const changes = opened.page.getByRole('list', { name: 'Changes of its presence' }).getByRole('listitem');
    await opened.page.getByText('It has never been on-line.').waitFor();
    for (const time of [1, 2]) {
      await updraft.core.devices.connected(id, 'gw', `s${time}`);
      await changes
        .filter({ hasText: 'it connected' })
        .nth(time - 1)
        .waitFor();
      await updraft.core.devices.disconnected(id, `s${time}`);
      await changes
        .filter({ hasText: 'its connection ended' })
        .nth(time - 1)
        .waitFor();
    }
    expect(await changes.count()).toBe(4);
    expect(opened.complaints).toEqual([]);
  });

  test('R-UI-3: what no event asks for again is read again by itself, where the platform was away for a moment', async () => {
    const { updraft } = console_;
    const id = `${updraft.productKey}.read-again`;
    await updraft.core.devices.register(ADMIN, updraft.productKey, [{ deviceName: 'read-again' }]);
    opened = await console_.open('VIEWER', path('read-again'));
    const { page } = opened;
    await page.getByText('It has never been on-line.').waitFor();
    let lost = 0;
    await page.route('**/graphql', (route) => {
      if (lost === 2 || !route.request().postData()?.includes('query DeviceNow')) return route.continue();
      lost += 1;
      return route.abort();
    });
    await updraft.core.devices.connected(id, 'gw', 's1');
    await page.getByRole('list', { name: 'Changes of its presence' }).getByText('it connected').waitFor();
    expect(lost).toBe(2);
  });

  test('R-UI-3: an off-line device says that it is waited for, and what happens when it connects', async () => {
    const { updraft } = console_;
    await updraft.push(await updraft.package('2.0.0'), {}, { scope: { kind: 'targeted', deviceNames: ['away'] } });
    opened = await console_.open('VIEWER', path('away'));
    await reason('The device is off-line. It is notified when it connects. There is no time limit.');
    const { page } = opened;
    await page.getByText(HOSTILE).waitFor();
    await page.getByRole('link', { name: 'user-1' }).click();
    await page.locator('tr[data-device="away"]').waitFor();
    await page.waitForURL(({ search }) => search === '?owner=user-1');
  });

  test('R-UI-3: parent and children lead to each other', async () => {
    opened = await console_.open('VIEWER', path('main-hub'));
    await opened.page.getByRole('link', { name: 'child' }).click();
    await opened.page.getByRole('heading', { level: 1, name: 'child' }).waitFor();
    await opened.page.getByRole('link', { name: 'main-hub' }).click();
    await opened.page.getByRole('heading', { level: 1, name: 'main-hub' }).waitFor();
  });

  test('R-UI-3: a device is disabled once that was confirmed, and enabled again; whoever may not sees why', async () => {
    opened = await console_.open('OPERATOR', path('secret-1'));
    const { page } = opened;
    await page.getByRole('button', { name: 'Disable' }).click();
    await page.getByRole('dialog').getByText('1 device, secret-1').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Disable the device' }).click();
    await reason('The device is disabled');
    await page.getByRole('button', { name: 'Enable' }).click();
    await reason('no batch has selected it yet');
    await opened.context.close();
    opened = await console_.open('VIEWER', path('secret-1'));
    const button = opened.page.getByRole('button', { name: 'Reset secret' });
    await button.hover();
    await opened.page.getByText('Your role is viewer. This needs operator.').waitFor();
    expect(await button.getAttribute('aria-disabled')).toBe('true');
  });

  test('R-UI-3: region, owner, parent, tags and groups are edited; a tag that somebody else sets meanwhile stays', async () => {
    const { core, productKey } = console_.updraft;
    const edited = `${productKey}.edited`;
    await core.devices.register(ADMIN, productKey, [{ deviceName: 'edited', tags: [{ key: 'site', value: 'north' }] }]);
    const group = await core.groups.create(ADMIN, { name: '<b>hall</b>' });
    opened = await console_.open('OPERATOR', path('edited'));
    const { page } = opened;
    const field = (name: string) => page.getByRole('textbox', { name, exact: true });
    await page.getByRole('button', { name: 'Edit' }).click();
    await field('Province').fill('Zhejiang');
    await field('Owner').fill('user-2');
    await field('Parent').fill('nobody');
    await page.getByRole('button', { name: 'Add a tag' }).click();
    await field('Key of tag 2').fill('channel');
    await field('Value of tag 2').fill(HOSTILE);
    await core.devices.update(ADMIN, edited, { tags: ['site', 'floor'].map((key) => ({ key, value: 'south' })) });
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('dialog').locator('.mantine-TextInput-error').waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await field('City').fill('Hangzhou');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('No device of the product has this name.').waitFor();
    await field('Parent').fill('main-hub');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    for (const text of ['Zhejiang, Hangzhou', 'user-2', 'site: south', 'floor: south', `channel: ${HOSTILE}`, 'main-hub'])
      await page.getByText(text, { exact: true }).first().waitFor();

    await page.getByRole('button', { name: 'Groups' }).click();
    const list = page.getByRole('dialog').getByRole('combobox').or(page.getByRole('dialog').getByRole('textbox'));
    await list.first().click();
    await page.getByRole('option', { name: '<b>hall</b>' }).click();
    await list.first().press('Escape');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('link', { name: '<b>hall</b>' }).waitFor();
    expect(await core.groups.countDevices(group._id)).toBe(1);
  });

  test('R-UI-3: what others change of a device is seen without a reload; it is deleted once its name was typed', async () => {
    const { core, productKey } = console_.updraft;
    await core.devices.register(ADMIN, productKey, [{ deviceName: 'old-1' }]);
    opened = await console_.open('OPERATOR', path('old-1'));
    const { page } = opened;
    await page.getByRole('heading', { level: 1, name: 'old-1' }).waitFor();
    await core.devices.update(ADMIN, `${productKey}.old-1`, { tags: [{ key: 'by', value: 'somebody' }] });
    await page.getByText('by: somebody').waitFor();
    await page.getByRole('button', { name: 'Delete …' }).click();
    const dialog = page.getByRole('dialog');
    expect(await dialog.getByRole('button', { name: 'Delete the device' }).isDisabled()).toBe(true);
    await dialog.getByRole('textbox').fill('old-1');
    await dialog.getByRole('button', { name: 'Delete the device' }).click();
    await page.getByRole('heading', { level: 1, name: 'Devices' }).waitFor();
    expect(await core.devices.get(`${productKey}.old-1`)).toBeNull();
  });

  test('R-UI-3: an LwM2M device goes over to another key; the one that it has stays where nothing is typed', async () => {
    const { core, productKey } = console_.updraft;
    const psks = [{ identity: 'first', key: 'a1'.repeat(16) }];
    await core.devices.register(ADMIN, productKey, [{ deviceName: 'radio-1', dialect: 'LWM2M', lwm2m: { psks } }]);
    opened = await console_.open('OPERATOR', path('radio-1'));
    const { page } = opened;
    await page.getByRole('button', { name: 'Keys' }).click();
    await page.getByRole('button', { name: 'Add a key' }).click();
    await page.getByRole('textbox', { name: 'Identity 2' }).fill('second');
    await page.getByRole('textbox', { name: 'Key 2 (hex)' }).fill('no');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('dialog').locator('.mantine-PasswordInput-error').waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.getByRole('textbox', { name: 'Key 2 (hex)' }).fill('b2'.repeat(16));
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('first, second').waitFor();
    expect((await core.devices.pskOf('first'))?.key.toString('hex')).toBe('a1'.repeat(16));
  });

  test('R-UI-3: a new secret is shown once, to whoever typed the name, and is nowhere afterwards', async () => {
    opened = await console_.open('OPERATOR', path('secret-1'));
    const { page } = opened;
    await page.getByRole('button', { name: 'Reset secret' }).click();
    const dialog = page.getByRole('dialog');
    expect(await dialog.getByRole('button', { name: 'Reset the secret' }).isDisabled()).toBe(true);
    await dialog.getByRole('textbox').fill('secret-1');
    await dialog.getByRole('button', { name: 'Reset the secret' }).click();
    const shown = page.getByRole('dialog', { name: 'The new secret of secret-1' });
    const secret = (await shown.locator('[data-secret] pre').textContent()) ?? '';
    expect((await console_.updraft.core.devices.credentials(console_.updraft.productKey, 'secret-1'))?.secret).toBe(secret);
    expect(await accessibilityProblems(page)).toEqual([]);
    await shown.getByRole('button', { name: 'I have copied it' }).click();
    await shown.waitFor({ state: 'detached' });
    expect(await page.content()).not.toContain(secret);
  });

  test('R-UI-3: a device that there is not says so', async () => {
    opened = await console_.open('VIEWER', path('nobody'));
    await opened.page.getByRole('heading', { name: 'This no longer exists' }).waitFor();
  });

  test('R-UI-3: the page passes axe in light, dark, on a phone and in 中文, and is nowhere wider than its window', async () => {
    for (const options of [
      { colorScheme: 'light' as const },
      { colorScheme: 'dark' as const },
      { viewport: { width: 390, height: 844 } },
      { locale: 'zh-CN' },
    ]) {
      for (const name of ['away', 'ready']) {
        opened = await console_.open('OPERATOR', path(name), options);
        await opened.page.getByRole('heading', { level: 1, name }).waitFor();
        expect(await accessibilityProblems(opened.page)).toEqual([]);
        expect(await opened.page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
        if (process.env.SHOTS)
          await opened.page.screenshot({
            fullPage: true,
            path: `${process.env.SHOTS}/device-${name}-${JSON.stringify(options).replace(/\W+/g, '_')}.png`,
          });
        await opened.context.close();
      }
    }
  });
});
