import type { Batch } from '../../schema/model/batch/batch';
import type { FirmwarePackage } from '../../schema/model/package/firmware-package';
import { describeWithChromium } from '../support/chromium';
import { accessibilityProblems, type ConsoleRole, type ConsoleUnderTest, type Opened, startConsole } from './support/console';
import { cancelAll, fleetOfSeven, formOf, localTime } from './support/new-batch';

const describeInBrowser = describeWithChromium('R-UI-3, a new batch in the console');

describeInBrowser('R-UI-3 the page of a new batch, in a real browser', () => {
  let console_: ConsoleUnderTest;
  let opened: Opened;
  let firmware: FirmwarePackage;
  let groupId: string;
  beforeAll(async () => {
    console_ = await startConsole();
  });
  afterAll(() => console_?.stop());
  afterEach(async () => {
    await opened?.context.close();
    await cancelAll(console_.updraft);
  });

  const open = async (search = '', role: ConsoleRole = 'OPERATOR') => {
    opened = await console_.open(role, `/batches/new${search}`);
    return { page: opened.page, ...formOf(opened.page) };
  };
  const openFor = (more = '') => open(`?package=${firmware._id}${more}`);
  const stored = async (id: string): Promise<Batch> => {
    const batch = await console_.updraft.core.batches.get(id);
    if (batch === null) throw new Error(`there is no batch ${id}`);
    return batch;
  };

  test('R-UI-3: without a package it says what to do first', async () => {
    const { page } = await open();
    await page.getByRole('heading', { name: 'There is no package yet' }).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    firmware = await console_.updraft.package('2.0.0');
    ({ groupId } = await fleetOfSeven(console_.updraft));
  });

  test('R-UI-3: who is matched by version, who is not, the curve and the end, before anything is created', async () => {
    const { page, pick, says, enter, fill, preview } = await open();
    await preview.getByText('a package', { exact: true }).waitFor();
    await pick('Package', /fw_2_0_0/);
    await says('6 devices are notified');
    await says('1 has 2.0.0 already, and succeeds without a notification.');
    await says('none reported');
    await preview.getByRole('img', { name: /1 minute until the last device is notified. Devices: 6/ }).waitFor();
    await preview.getByText('Failures never halt this batch.').waitFor();
    await enter('Source versions', ['1.1.0']);
    await says('1 device is notified');
    await fill('Devices a minute', '5');
    await page
      .getByText(/The push rate 5 is not a whole number/)
      .first()
      .waitFor();
    expect(await page.getByRole('textbox', { name: 'Devices a minute', exact: true }).getAttribute('aria-invalid')).toBe('true');
    await fill('Devices a minute', '50');
    await says('1 device is notified');
    await page
      .getByText(/The push rate 5 is not/)
      .first()
      .waitFor({ state: 'detached' });
    expect((await console_.updraft.core.batches.list({}, { first: 10, after: null })).rows).toEqual([]);
    expect(opened.complaints).toEqual([]);
  });

  test('R-UI-3: every setting of a batch reaches it, and a copy has the same', async () => {
    const { page, fill, choose, switchOn, create, says } = await openFor();
    const schemes = page.getByRole('group', { name: 'Addresses for LwM2M devices' }).getByRole('checkbox');
    await fill('Name of the batch', 'March <script>alert(1)</script>');
    await choose('At a time');
    await page.getByLabel('Start at').fill(localTime(24));
    await page.getByLabel('End at').fill(localTime(72));
    await choose('Growing');
    await fill('Devices a minute at first', '50');
    await fill('Devices a minute at most', '10000');
    await fill('Factor', '1.75');
    await fill('Devices for each step', '1000');
    await choose('Notified');
    await switchOn('Try again');
    await page.getByRole('combobox', { name: 'Wait before each retry' }).selectOption('30');
    await page.getByRole('combobox', { name: 'Retries' }).selectOption('5');
    await fill('Time-out in minutes', '60');
    await switchOn('Halt when too many devices fail');
    await fill('Percent failed', '30');
    await fill('Devices failed', '4');
    await fill('Minimum outcomes', '2');
    await switchOn('Ask for confirmation');
    await fill('Deferrals allowed', '2');
    await fill('Longest deferral in hours', '48');
    await choose('Override the earlier one');
    await choose('MQTT');
    await choose('Pull');
    await schemes.first().check();
    await page.getByRole('button', { name: 'Add a tag' }).click();
    await page.getByLabel('Key of tag 1').fill('wave');
    await page.getByLabel('Value of tag 1').fill('<i>one</i>');
    await says(/7 devices match the scope/);
    const batch = await stored(await create('6 devices'));
    const [scheme] = batch.policy.schemes ?? [];
    expect(batch).toMatchObject({
      name: 'March <script>alert(1)</script>',
      kind: 'static',
      status: 'SCHEDULED',
      scope: { kind: 'all' },
      policy: {
        rate: { kind: 'variable', base: 50, factor: 1.75, maximum: 10_000, threshold: { of: 'notified', count: 1_000 } },
        retry: { intervalMinutes: 30, maxRetries: 5 },
        timeoutMinutes: 60,
        halt: { failedPercent: 30, failedCount: 4, minimumJudged: 2 },
        confirmation: true,
        deferral: { maxTimes: 2, maxHours: 48 },
        overridePrevious: true,
        downloadProtocol: 'MQTT',
        delivery: 'PULL',
        schemes: [scheme],
        tags: [{ key: 'wave', value: '<i>one</i>' }],
      },
    });
    expect((batch.schedule?.endAt?.getTime() ?? 0) - (batch.schedule?.startAt.getTime() ?? 0)).toBe(48 * 3_600_000);

    await page.getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Copy to a new batch' }).click();
    await page.waitForURL(`${console_.url}/batches/new?from=${batch._id}`);
    await page.getByRole('link', { name: 'March <script>alert(1)</script>' }).first().waitFor();
    await says(/7 devices match the scope/);
    const other = await stored(await create('6 devices'));
    expect(other._id).not.toBe(batch._id);
    expect([other.policy, other.scope, other.sourceVersions]).toEqual([batch.policy, batch.scope, batch.sourceVersions]);
    expect(other.schedule).toBeUndefined();
  });

  test('R-UI-3: a list file is dropped in, its wrong rows are shown, and the right one is used', async () => {
    const { page, choose, switchOn, says, create } = await openFor();
    // So that its devices keep the versions that the tests after it count.
    await switchOn('Ask for confirmation');
    await choose('A list in a file');
    const drop = (text: string) =>
      page.locator('input[type=file]').setInputFiles({ name: 'names.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
    await drop('deviceName\nmeter-0\nmeter-0\n"<img src=x, onerror=alert(1)>"\nmeter-99\n');
    const wrong = page.getByRole('alert').filter({ hasText: 'Some rows of names.csv are wrong' });
    await wrong.getByRole('row', { name: /5 meter-99 no such device/ }).waitFor();
    await wrong.getByRole('row', { name: /3 meter-0 named before/ }).waitFor();
    expect(await wrong.getByRole('row').count()).toBe(4);
    expect(await accessibilityProblems(page)).toEqual([]);
    const [file] = await Promise.all([page.waitForEvent('download'), wrong.getByRole('link', { name: 'Download all wrong rows' }).click()]);
    expect(file.suggestedFilename()).toBe('invalid.csv');
    await drop('meter-0\nmeter-3\n');
    await says('2 devices are notified');
    await wrong.waitFor({ state: 'detached' });
    expect(await stored(await create('2 devices'))).toMatchObject({ scope: { kind: 'list' }, sourceVersions: [] });
  });

  test('R-UI-3: devices by name, by region, by group and by share', async () => {
    const { page, choose, says, enter, fill, pick, preview } = await openFor();
    await choose('Devices by name');
    await preview.getByText('names of devices', { exact: true }).waitFor();
    await enter('Device names', ['meter-0', 'meter-1', 'nobody']);
    await page
      .getByText(/The product has no device "nobody"/)
      .first()
      .waitFor();
    await page.getByRole('combobox', { name: 'Device names' }).press('Backspace');
    await says('2 devices are notified');
    expect(await page.getByRole('combobox', { name: 'Source versions' }).isDisabled()).toBe(true);
    await choose('A region');
    await fill('Province', 'Zhejiang');
    await fill('City', 'Hangzhou');
    await says('2 devices match the scope.');
    await choose('A group');
    await pick('Group', 'North <b> / Hall');
    await says('2 devices match the scope.');
    await choose('A share of the devices');
    await fill('Percent', '50');
    await says('4 are left out by the percentage.');
  });

  test('R-UI-3: a dynamic batch has no schedule and no share, needs its versions, and a second one is told which stands in the way', async () => {
    const { page, choose, says, enter, preview, create } = await openFor();
    await choose('Dynamic');
    expect(await page.getByRole('radio', { name: 'At a time' }).isDisabled()).toBe(true);
    expect(await page.getByRole('radio', { name: 'A share of the devices' }).isDisabled()).toBe(true);
    await preview.getByText('source versions', { exact: true }).waitFor();
    await preview.getByRole('button', { name: 'Create the batch' }).click();
    await page.getByText('This must be given.').waitFor();
    await page.getByLabel('Only devices that report a version from now on').check();
    await enter('Source versions', ['0.9.0', '0.9.1']);
    await says('0 devices are notified');
    const first = await stored(await create('0 devices now, and to every device that matches later'));
    expect(first).toMatchObject({ kind: 'dynamic', newlyReportedOnly: true, sourceVersions: ['0.9.0', '0.9.1'] });
    await opened.context.close();
    const again = await openFor();
    await again.choose('Dynamic');
    await again.enter('Source versions', ['0.8.0']);
    await again.refused(/The package has a version-based dynamic batch already/);
    const way = again.preview.getByRole('link', { name: 'See the batch that stands in the way' });
    expect(await way.getAttribute('href')).toBe(`/batches/${first._id}`);
  });

  test('R-UI-3: what the API refuses stands at its field, with nothing typed lost, and goes when it is right', async () => {
    const { page, switchOn, fill, says, field, choose } = await openFor();
    await switchOn('Try again');
    await page.getByRole('combobox', { name: 'Wait before each retry' }).selectOption('60');
    await fill('Time-out in minutes', '30');
    const section = page.getByRole('region', { name: '4. Failures' });
    await section.getByText(/is not shorter than the time-out of 30 min/).waitFor();
    expect(await field('Time-out in minutes').inputValue()).toBe('30');
    await choose('Not pushed');
    await section.getByText(/is not shorter than the time-out of 30 min/).waitFor();
    await fill('Time-out in minutes', '1440');
    await says('6 devices may ask for it');
    await section.getByText(/is not shorter/).waitFor({ state: 'detached' });
  });

  test('R-UI-3: a package that has to be verified says so, with a way to it', async () => {
    const unverified = await console_.updraft.package('4.0.0', 4_096, 'radio', { verification: 'REQUIRED' });
    const { page, refused } = await open(`?package=${unverified._id}`);
    await page.getByText('It has to be verified first').waitFor();
    await refused(/verif/i);
    expect(await page.getByRole('link', { name: 'Verify the package' }).getAttribute('href')).toBe(`/packages/${unverified._id}`);
  });

  test('R-UI-3: a viewer sees the rules, and why the batch cannot be created', async () => {
    const { page, preview } = await open(`?package=${firmware._id}`, 'VIEWER');
    await preview.getByText('Only operators and administrators can preview a batch.').waitFor();
    const button = preview.getByRole('button', { name: 'Create the batch' });
    await button.hover();
    await page.getByRole('tooltip').getByText('Your role is viewer. This needs operator.').waitFor();
    await button.click({ force: true });
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  test('R-UI-3: a session that ends leaves the form as it is', async () => {
    const { page, fill, says } = await openFor();
    await fill('Name of the batch', 'Typed before');
    await says('6 devices are notified');
    await opened.context.request.post(`${console_.url}/signout`, { headers: { origin: console_.url } });
    await fill('Devices a minute', '60');
    const dialog = page.getByRole('dialog', { name: 'Your session has ended' });
    await dialog.getByLabel('API key').fill(console_.keys.OPERATOR);
    await dialog.getByRole('button', { name: 'Sign in with an API key' }).click();
    await dialog.waitFor({ state: 'detached' });
    await says('6 devices are notified');
    expect(await page.getByLabel('Name of the batch').inputValue()).toBe('Typed before');
    expect(await page.getByRole('textbox', { name: 'Devices a minute', exact: true }).inputValue()).toBe('60');
  });

  test('R-UI-3: axe finds nothing and nothing overflows, in light, dark and on a phone, with everything open, in both languages', async () => {
    for (const options of [
      { colorScheme: 'light' as const },
      { colorScheme: 'dark' as const, locale: 'zh-CN' },
      { viewport: { width: 390, height: 844 } },
    ]) {
      opened = await console_.open('OPERATOR', `/batches/new?package=${firmware._id}`, options);
      const { page } = opened;
      await page.locator('[data-current="true"]').waitFor();
      for (const value of ['scheduled', 'variable', 'names']) await page.locator(`input[type=radio][value=${value}]`).check();
      await page.locator('section').nth(5).getByRole('button').last().click();
      expect(await accessibilityProblems(page)).toEqual([]);
      expect(opened.complaints).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
      await opened.context.close();
    }
  });

  test('R-UI-3: name, time and retries, a package, a group, and the devices of the group are upgraded', async () => {
    const { page, fill, switchOn, says, create } = await openFor(`&group=${groupId}`);
    await fill('Name of the batch', 'Hall first');
    await switchOn('Try again');
    expect(await page.getByRole('combobox', { name: 'Wait before each retry' }).inputValue()).toBe('5');
    expect(await page.getByRole('combobox', { name: 'Retries' }).inputValue()).toBe('2');
    await says('2 devices are notified');
    const batch = await stored(await create('2 devices'));
    expect(batch).toMatchObject({
      name: 'Hall first',
      scope: { kind: 'group', groupId },
      policy: { retry: { intervalMinutes: 5, maxRetries: 2 } },
    });
    expect(await console_.updraft.settled(batch)).toEqual({ 'meter-0': 'SUCCEEDED', 'meter-1': 'SUCCEEDED' });
  });
});
