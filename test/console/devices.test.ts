import { readFile } from 'node:fs/promises';
import { deviceIdOf } from '../../schema/model/ids';
import { describeWithChromium } from '../support/chromium';
import { ADMIN } from '../support/updraft';
import { accessibilityProblems, type ConsoleUnderTest, type Opened, seen, startConsole } from './support/console';

const describeInBrowser = describeWithChromium('R-UI-3, the devices of the console in a browser');

const HOSTILE = '<img src=x onerror=alert(1)>';
/** Three pages of the list and a bit. */
const MANY = 350;

describeInBrowser('R-UI-3 the list of devices, in a real browser', () => {
  let console_: ConsoleUnderTest;
  let opened: Opened;
  let productKey: string;
  beforeAll(async () => {
    console_ = await startConsole();
    const { updraft } = console_;
    productKey = updraft.productKey;
    const names = Array.from({ length: MANY }, (_, index) => `sensor-${String(index).padStart(4, '0')}`);
    await updraft.core.devices.register(
      ADMIN,
      productKey,
      names.slice(0, 100).map((deviceName, index) => ({
        deviceName,
        ...(index === 7 && { tags: [{ key: 'note', value: HOSTILE }], region: { province: '浙江', city: '杭州' }, owner: 'user-7' }),
      })),
    );
    for (const from of [100, 200, 300])
      await updraft.core.devices.register(
        ADMIN,
        productKey,
        names.slice(from, from + 100).map((deviceName) => ({ deviceName })),
      );
    await updraft.fleet([
      { deviceName: 'live-1', version: '1.0.0' },
      { deviceName: 'live-2', version: '2.0.0' },
    ]);
    await seen(updraft, 'live-1', 'live-2');
  });
  afterAll(() => console_?.stop());
  afterEach(() => opened?.context.close());

  const row = (name: string) => opened.page.locator(`tr[data-device="${name}"]`);
  const told = (text: string | RegExp) => opened.page.getByRole('status').filter({ hasText: text }).waitFor();

  test('R-UI-3: all devices are read page by page as they are scrolled, and what was left behind is there again', async () => {
    opened = await console_.open('VIEWER', `/devices?product=${productKey}`);
    const { page } = opened;
    await row('live-1').waitFor();
    await told(`100 of ${MANY + 2} devices`);
    const list = page.getByRole('region', { name: 'Devices, scrollable' });
    await list.focus();
    while ((await row(`sensor-0${MANY - 1}`).count()) === 0) await page.keyboard.press('End');
    await told(`${MANY + 2} devices.`);
    expect(await page.locator('tr[data-device]').count()).toBeLessThan(80);
    // A browser that is still moving to the end may pass over the key.
    while ((await row('live-1').count()) === 0) await page.keyboard.press('Home');
    expect(opened.complaints).toEqual([]);
  });

  test('R-UI-3: every filter is in the address, and an address brings its filter', async () => {
    opened = await console_.open('VIEWER', '/devices');
    const { page } = opened;
    await row('live-1').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('live-2');
    // The only product is taken, since names are looked for within one.
    await row('live-1').waitFor({ state: 'detached' });
    await row('live-2').waitFor();
    // Names are looked for as they are typed.
    await page.waitForURL(({ searchParams }) => searchParams.get('name') === 'live-2' && searchParams.has('product'));
    expect(Object.fromEntries(new URL(page.url()).searchParams)).toEqual({ name: 'live-2', product: productKey });

    const shows = async (query: string, names: string[]): Promise<void> => {
      await page.goto(`${console_.url}/devices?${query}`);
      await told(/^\d+ devices?\b/);
      const rows = page.locator('tr[data-device]');
      await rows.nth(names.length - 1).waitFor();
      expect(await rows.evaluateAll((each) => each.map((one) => one.getAttribute('data-device')))).toEqual(names);
    };
    await shows('online=yes', ['live-1', 'live-2']);
    await shows(`product=${productKey}&version=2.0.0`, ['live-2']);
    await shows('owner=user-7', ['sensor-0007']);
    await shows(`tag=${encodeURIComponent(`note=${HOSTILE}`)}&dialect=LINK&enabled=yes`, ['sensor-0007']);
    expect(await page.getByLabel('Dialect').inputValue()).toBe('LINK');
    await shows(`product=${productKey}&name=live&order=desc`, ['live-2', 'live-1']);
    await shows(`product=${productKey}&province=${encodeURIComponent('浙江')}&online=no`, ['sensor-0007']);
    await page.getByRole('textbox', { name: 'Province' }).waitFor();
    expect(await page.getByRole('textbox', { name: 'Province' }).inputValue()).toBe('浙江');
    await page.getByRole('button', { name: 'Clear the filter' }).click();
    await told(`100 of ${MANY + 2} devices`);
    await page.waitForURL(({ search }) => search === '');
  });

  test('R-UI-3: what is listed comes as a file, by the filter of the address', async () => {
    const rowsOf = async (query: string): Promise<string[]> => {
      await opened.page.goto(`${console_.url}/devices?${query}`);
      const link = opened.page.getByRole('link', { name: 'Devices as CSV' });
      const [file] = await Promise.all([opened.page.waitForEvent('download'), link.click()]);
      const [, ...lines] = (await readFile(await file.path(), 'utf8')).trim().split(/\r?\n/);
      return lines.map((line) => line.split(',')[1] ?? '');
    };
    opened = await console_.open('VIEWER', '/devices');
    expect(await rowsOf('')).toHaveLength(MANY + 2);
    const tag = encodeURIComponent(`note=${HOSTILE}`);
    const place = `province=${encodeURIComponent('浙江')}&city=${encodeURIComponent('杭州')}`;
    expect(await rowsOf(`product=${productKey}&name=sensor-&tag=${tag}&${place}&owner=user-7&enabled=yes&dialect=LINK&online=no`)).toEqual([
      'sensor-0007',
    ]);
    // The order of the page is not that of the file.
    expect(await rowsOf(`product=${productKey}&online=yes&order=desc`)).toEqual(['live-1', 'live-2']);
    expect(await rowsOf(`product=${productKey}&version=2.0.0&module=default`)).toEqual(['live-2']);
    expect(opened.complaints).toEqual([]);
  });

  test('R-UI-3: the versions of a module are counted, and one of them is a filter', async () => {
    opened = await console_.open('VIEWER', `/devices?product=${productKey}`);
    const { page } = opened;
    const counted = page.getByRole('group', { name: 'Versions of the module default' });
    await counted.getByRole('button', { name: '2.0.0 · 1' }).click();
    await told(/^1 device\b/);
    await row('live-2').getByText('2.0.0').waitFor();
    await row('live-2').getByText('on-line').waitFor();
    await page.waitForURL(({ searchParams }) => searchParams.get('version') === '2.0.0');
  });

  test('R-UI-3: what the API says against a filter stands at its field, and nothing typed is lost', async () => {
    opened = await console_.open('VIEWER', '/devices?city=Hangzhou');
    const { page } = opened;
    await page.getByText('names a city without its province').waitFor();
    expect(await page.getByRole('textbox', { name: 'Province' }).getAttribute('aria-invalid')).toBe('true');
    expect(await page.getByRole('textbox', { name: 'City' }).inputValue()).toBe('Hangzhou');
    const other = await console_.updraft.core.products.create(ADMIN, { name: 'another product' });
    await page.goto(`${console_.url}/devices?name=live-1`);
    await page.getByText('Choose one first').waitFor();
    await page.getByRole('combobox', { name: 'Product' }).selectOption(productKey);
    await page.getByRole('link', { name: 'live-1' }).waitFor();
    await console_.updraft.core.products.delete(ADMIN, other._id);
  });

  test('R-UI-3: nothing fits, nothing is there, and hostile text is text', async () => {
    opened = await console_.open('VIEWER', `/devices?product=${productKey}&name=nobody`);
    const { page } = opened;
    await page.getByRole('heading', { name: 'No device fits' }).waitFor();
    await page.getByRole('button', { name: 'Show all devices' }).click();
    await page.goto(`${console_.url}/devices?product=${productKey}&name=sensor-0007`);
    await row('sensor-0007').getByText(HOSTILE).waitFor();
    expect(await page.locator('img').count()).toBe(0);
    expect(opened.complaints).toEqual([]);
  });

  test('R-UI-3: the device inventory leads to a device', async () => {
    opened = await console_.open('VIEWER', '/');
    const { page } = opened;
    await page.getByRole('link', { name: 'Devices' }).click();
    await page.getByRole('link', { name: 'live-1' }).click();
    await page.waitForURL(({ pathname }) => decodeURIComponent(pathname) === `/devices/${productKey}.live-1`);
  });

  test('R-UI-3: the list passes axe in light, dark, on a phone and in 中文, and is nowhere wider than its window', async () => {
    for (const options of [
      { colorScheme: 'light' as const },
      { colorScheme: 'dark' as const },
      { viewport: { width: 390, height: 844 } },
      { locale: 'zh-CN' },
    ]) {
      opened = await console_.open('VIEWER', `/devices?product=${productKey}&online=no&owner=user-7`, options);
      await row('sensor-0007').waitFor();
      expect(await accessibilityProblems(opened.page)).toEqual([]);
      expect(await opened.page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
      if (process.env.SHOTS)
        await opened.page.screenshot({ path: `${process.env.SHOTS}/devices-${JSON.stringify(options).replace(/\W+/g, '_')}.png` });
      await opened.context.close();
    }
  });

  test('R-UI-3: rows change in their places, who comes is told and shown on demand, and who is deleted is said to be gone', async () => {
    const { core } = console_.updraft;
    opened = await console_.open('VIEWER', `/devices?product=${productKey}&name=live-`);
    const { page } = opened;
    await row('live-1').getByText('on-line').waitFor();
    await page.locator('[data-live=live]').waitFor();
    await core.devices.register(ADMIN, productKey, [{ deviceName: 'live-0' }, { deviceName: 'other' }]);
    await page.getByRole('button', { name: '1 new: show it' }).waitFor();
    await core.devices.setEnabled(ADMIN, [deviceIdOf(productKey, 'live-1')], false);
    await row('live-1').getByText('disabled').waitFor();
    expect(await page.locator('tr[data-device]').count()).toBe(2);
    await page.getByRole('button', { name: '1 new: show it' }).click();
    await row('live-0').waitFor();
    await core.devices.delete(ADMIN, [deviceIdOf(productKey, 'live-0')]);
    await row('live-0').getByText('no longer listed').waitFor();
    await core.devices.setEnabled(ADMIN, [deviceIdOf(productKey, 'live-1')], true);

    // Of a fleet that is too large to be followed as a whole, those in sight are.
    const many = Array.from({ length: 700 }, (_, index) => ({ deviceName: `zone-${index}` }));
    await core.devices.register(ADMIN, productKey, many);
    await page.goto(`${console_.url}/devices?product=${productKey}&name=zone-&order=desc`);
    await row('zone-99').waitFor();
    await page.locator('[data-live=live]').waitFor();
    await core.devices.setEnabled(ADMIN, [deviceIdOf(productKey, 'zone-99')], false);
    await row('zone-99').getByText('disabled').waitFor();
    // And those that have come into sight, once the list is at rest.
    await page.getByRole('region', { name: 'Devices, scrollable' }).focus();
    while ((await row('zone-0').count()) === 0) await page.keyboard.press('End');
    await core.devices.setEnabled(ADMIN, [deviceIdOf(productKey, 'zone-0')], false);
    await row('zone-0').getByText('disabled').waitFor();
    expect(opened.complaints).toEqual([]);
  });
});
