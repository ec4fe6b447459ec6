import type { Page } from 'playwright-core';
import { describeWithChromium } from '../support/chromium';
import { ADMIN } from '../support/updraft';
import { accessibilityProblems, type ConsoleUnderTest, copied, type Opened, startConsole } from './support/console';

const describeInBrowser = describeWithChromium('R-UI-3, registering devices and importing them in a browser');

const PHONE = { locale: 'zh-CN', colorScheme: 'dark', viewport: { width: 390, height: 844 } } as const;

describeInBrowser('R-UI-3 devices are registered and imported in the console', () => {
  let console_: ConsoleUnderTest;
  let opened: Opened;
  beforeAll(async () => {
    console_ = await startConsole();
    await console_.updraft.core.products.create(ADMIN, { key: 'gasMeters', name: '<b>Gas</b>', dialect: 'LWM2M' });
  });
  afterAll(() => console_?.stop());
  afterEach(() => opened?.context.close());

  const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
  const field = (page: Page, name: string) => page.getByRole('textbox', { name, exact: true });
  const file = (page: Page, content: string) =>
    page.locator('input[type=file]').setInputFiles({ name: 'devices.csv', mimeType: 'text/csv', buffer: Buffer.from(content) });

  test('R-UI-3: a device is registered; what is wrong is told at its field, and the secret is shown once and kept nowhere', async () => {
    const { updraft } = console_;
    opened = await console_.open('OPERATOR', `/devices?product=${updraft.productKey}`);
    const { page, context } = opened;
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('link', { name: 'Register' }).first().click();
    await heading(page, 'Register a device');
    await page.waitForURL(/\/devices\/new\?product=/);
    await field(page, 'Name').fill('no');
    await field(page, 'Province').fill('Zhejiang');
    await field(page, 'City').fill('Hangzhou');
    await page.getByRole('button', { name: 'Add a tag' }).click();
    await field(page, 'Key of tag 1').fill('site with blanks');
    await field(page, 'Value of tag 1').fill('<b>north</b>');
    await page.getByRole('button', { name: 'Register the device' }).click();
    await page.locator('.mantine-TextInput-error').nth(1).waitFor();
    expect(await field(page, 'Value of tag 1').inputValue()).toBe('<b>north</b>');
    expect(await accessibilityProblems(page)).toEqual([]);
    await field(page, 'Name').fill('meter-new-1');
    await field(page, 'Key of tag 1').fill('site');
    await page.getByRole('button', { name: 'Register the device' }).click();
    const shown = page.getByRole('dialog', { name: 'meter-new-1 is registered' });
    const secret = (await shown.locator('[data-secret=Secret] pre').textContent()) ?? '';
    expect(secret).toBe((await updraft.core.devices.credentials(updraft.productKey, 'meter-new-1'))?.secret);
    await shown.getByRole('button', { name: 'Copy: Secret' }).click();
    await copied(page, secret);
    // Without the hint of the button that the pointer is on.
    await page.mouse.move(0, 0);
    await page.getByRole('tooltip').waitFor({ state: 'detached' });
    expect(await accessibilityProblems(page)).toEqual([]);
    await shown.getByRole('link', { name: 'Go to the device' }).click();
    await heading(page, 'meter-new-1');
    await page.getByText('site: <b>north</b>').waitFor();
    const kept = await page.evaluate('JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])');
    expect(`${kept} ${await page.content()}`).not.toContain(secret);
  });

  test('R-UI-3: whose answer was lost sends the form again, and gets the device that there is, with its secret', async () => {
    const { updraft } = console_;
    opened = await console_.open('OPERATOR', `/devices/new?product=${updraft.productKey}`);
    const { page } = opened;
    await field(page, 'Name').fill('meter-lost-1');
    await page.route('**/graphql', async (route) => {
      if (!route.request().postData()?.includes('mutation Register')) return route.continue();
      await route.fetch();
      await route.abort();
    });
    await page.getByRole('button', { name: 'Register the device' }).click();
    await page.getByRole('alert').filter({ hasText: 'The platform could not be reached' }).getByText('nothing is done twice').waitFor();
    const secret = (await updraft.core.devices.credentials(updraft.productKey, 'meter-lost-1'))?.secret;
    expect(await field(page, 'Name').inputValue()).toBe('meter-lost-1');
    await page.unrouteAll({ behavior: 'wait' });
    await page.getByRole('button', { name: 'Register the device' }).click();
    const shown = page.getByRole('dialog', { name: 'meter-lost-1 is registered' });
    expect(await shown.locator('[data-secret=Secret] pre').textContent()).toBe(secret);
  });

  test('R-UI-3: a form that is half filled in is not left by a link or a reload without a question', async () => {
    opened = await console_.open('OPERATOR', '/devices/new');
    const { page } = opened;
    await field(page, 'Name').fill('half');
    const question = page.getByRole('dialog', { name: 'Leave this page?' });
    const devices = page.getByRole('link', { name: 'Devices', exact: true });
    await devices.click();
    await question.waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await question.getByRole('button', { name: 'Keep as it is' }).click();
    await question.waitFor({ state: 'detached' });
    expect(await field(page, 'Name').inputValue()).toBe('half');
    const asked = page.waitForEvent('dialog');
    const reload = page.evaluate('location.reload()');
    const dialog = await asked;
    expect(dialog.type()).toBe('beforeunload');
    await dialog.dismiss();
    await reload;
    expect(await field(page, 'Name').inputValue()).toBe('half');
    await devices.click();
    await question.getByRole('button', { name: 'Leave the page' }).click();
    await page.getByRole('heading', { level: 1, name: 'Devices' }).waitFor();
    await page.goBack();
    await field(page, 'Name').waitFor();
    await devices.click();
    await page.getByRole('heading', { level: 1, name: 'Devices' }).waitFor();
  });

  test('R-UI-3: an LwM2M device has an endpoint name, and a key that is made and shown once', async () => {
    opened = await console_.open('OPERATOR', '/devices/new?product=gasMeters');
    const { page } = opened;
    await field(page, 'Endpoint name').fill('urn:imei:1');
    await field(page, 'Name').fill('gas-meter-1');
    await page.getByRole('button', { name: 'Register the device' }).click();
    const shown = page.getByRole('dialog', { name: 'gas-meter-1 is registered' });
    await shown.locator('[data-secret="PSK identity"]').getByText('urn:imei:1').waitFor();
    expect(await shown.locator('[data-secret^="Pre-shared"] pre').textContent()).toMatch(/^[0-9a-f]{64}$/);
    await shown.getByRole('button', { name: 'Register another' }).click();
    await field(page, 'Name').fill('gas-meter-1');
    await page.getByRole('button', { name: 'Register the device' }).click();
    await page.locator('.mantine-TextInput-error').first().waitFor();
    expect(await field(page, 'Name').inputValue()).toBe('gas-meter-1');
  });

  test('R-UI-3: devices are imported from a file: wrong rows are told by line and code, the corrected file is followed to its end', async () => {
    const { updraft } = console_;
    opened = await console_.open('OPERATOR', `/devices/imports/new?product=${updraft.productKey}`);
    const { page, context } = opened;
    await heading(page, 'Import devices from a file');
    expect(await accessibilityProblems(page)).toEqual([]);
    await file(page, 'deviceName,tag.site\nmeter-imp-1,north\n<b>x</b>,south\nmeter-imp-1,twice');
    await page.locator('[data-status=REFUSED]').waitFor();
    await page.locator('tr[data-line="3"]').getByText('<b>x</b>').waitFor();
    await page.locator('tr[data-line="3"]').getByText('NAME', { exact: true }).waitFor();
    await page.locator('tr[data-line="4"]').getByText('DUPLICATE').waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    const href = await page.getByRole('link', { name: 'Download all wrong rows' }).getAttribute('href');
    expect((await (await context.request.get(console_.url + href)).text()).split('\r\n')[0]).toBe('row,value,problem,text');
    await page.getByRole('link', { name: 'Send the corrected file' }).click();
    await heading(page, 'Import devices from a file');
    await file(page, `deviceName\n${Array.from({ length: 2_500 }, (_, index) => `meter-imp-${index}`).join('\n')}`);
    await page.locator('[data-status=FINISHED]').waitFor();
    await page.getByText('2,500 devices were created').waitFor();
    const secrets = await page.getByRole('link', { name: 'Download the secrets' }).getAttribute('href');
    expect((await (await context.request.get(console_.url + secrets)).text()).split('\r\n').length).toBe(2_502);
    // A file that is none is told on the page, and the page is ready for another.
    await page.goto(`${console_.url}/devices/imports/new?product=${updraft.productKey}`);
    await file(page, 'IMEI\n123456789012345');
    await page.getByRole('alert').getByText('IMEI').first().waitFor();
    expect(opened.complaints.filter((text) => !text.includes('422') && !text.includes('400'))).toEqual([]);
  });

  test('R-UI-3: imports are listed, those under way live, filtered in the address, and forgotten', async () => {
    const { updraft } = console_;
    opened = await console_.open('OPERATOR', `/devices/imports?product=${updraft.productKey}`);
    const { page } = opened;
    await page.locator('tr[data-status=FINISHED]').waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.getByRole('combobox', { name: 'State' }).selectOption('refused');
    await page.waitForURL(/status=REFUSED/);
    await page.locator('tr[data-status=FINISHED]').waitFor({ state: 'detached' });
    await page.locator('tr[data-status=REFUSED]').getByRole('link').click();
    await heading(page, 'Import of devices');
    await page.getByRole('button', { name: 'Forget …' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Forget the import' }).click();
    await heading(page, 'Imports of devices');
    await page.goBack();
    await heading(page, 'This no longer exists');
  });

  test('R-UI-3: a viewer is told what registering needs; on a phone, in the dark, in 简体中文 nothing overflows', async () => {
    opened = await console_.open('VIEWER', '/devices');
    await opened.page.getByRole('link', { name: 'Register' }).first().hover();
    await opened.page.getByRole('tooltip').getByText('This needs operator').waitFor();
    await opened.context.close();
    opened = await console_.open('OPERATOR', '/devices/new', PHONE);
    const { page } = opened;
    for (const path of ['/devices/new', '/devices/new?product=gasMeters', '/devices/imports', '/devices/imports/new']) {
      await page.goto(console_.url + path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      expect(await accessibilityProblems(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
    }
  });
});
