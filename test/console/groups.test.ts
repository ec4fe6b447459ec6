import type { Page } from 'playwright-core';
import { deviceIdOf } from '../../schema/model/ids';
import { describeWithChromium } from '../support/chromium';
import { startLwm2mFleet } from '../support/lwm2m-fleet';
import { ADMIN } from '../support/updraft';
import { accessibilityProblems, type ConsoleUnderTest, type Opened, startConsole } from './support/console';

const describeInBrowser = describeWithChromium('R-UI-3, groups and radio cells in a browser');

const HOSTILE = '<img src=x onerror=alert(1)>';

describeInBrowser('R-UI-3 groups and radio cells in the console', () => {
  let console_: ConsoleUnderTest;
  let opened: Opened;
  beforeAll(async () => {
    const slots = Object.fromEntries(['0', '1', '2', 'CELL'].map((level) => [`UPDRAFT_CELL_SLOTS_${level}`, '1']));
    console_ = await startConsole({ UPDRAFT_COAP_PORT: '0', UPDRAFT_COAPS_PORT: '0', ...slots });
    const { core, productKey } = console_.updraft;
    const tags = [{ key: 'channel', value: 'beta' }];
    const names = Array.from({ length: 250 }, (_, index) => `meter-${String(index).padStart(3, '0')}`);
    await core.devices.register(
      ADMIN,
      productKey,
      names.map((deviceName, index) => ({ deviceName, ...(index < 7 && { tags }) })),
    );
    const large = await core.groups.create(ADMIN, { name: 'large' });
    await core.groups.addDevices(
      ADMIN,
      large._id,
      names.map((name) => deviceIdOf(productKey, name)),
    );
  });
  afterAll(() => console_?.stop());
  afterEach(() => opened?.context.close());

  const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
  const field = (page: Page, name: string) => page.getByRole('textbox', { name, exact: true });

  test('R-UI-3: groups are made within each other, named, moved, filled, emptied and deleted', async () => {
    opened = await console_.open('OPERATOR', '/groups');
    const { page } = opened;
    await page.getByRole('button', { name: 'New group' }).click();
    await page.getByRole('button', { name: 'Create the group' }).click();
    await page.locator('.mantine-TextInput-error').waitFor();
    await field(page, 'Name').fill('north');
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.getByRole('button', { name: 'Create the group' }).click();
    await heading(page, 'north');
    await page.getByRole('button', { name: 'New group below' }).click();
    await field(page, 'Name').fill(HOSTILE);
    await page.getByRole('button', { name: 'Create the group' }).click();
    await heading(page, HOSTILE);
    await page.getByRole('button', { name: 'Rename or move' }).click();
    await field(page, 'Name').fill('hall <1>');
    await page.getByRole('button', { name: 'Save' }).click();
    await heading(page, 'hall <1>');

    await page.getByRole('button', { name: 'Add devices' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add devices to hall <1>' });
    await dialog.getByRole('checkbox', { name: 'meter-011' }).waitFor();
    await dialog.getByRole('textbox', { name: 'Name begins with' }).fill('meter-00');
    await dialog.getByRole('checkbox', { name: 'meter-011' }).waitFor({ state: 'detached' });
    await dialog.getByRole('checkbox', { name: 'meter-000' }).waitFor();
    await dialog.getByRole('button', { name: 'Choose all of these' }).click();
    expect(await accessibilityProblems(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Add 10 devices' }).click();
    await page.locator('[data-count="10"]').waitFor();
    await page.getByRole('checkbox', { name: 'Choose meter-003' }).check();
    await page.getByRole('button', { name: 'Take 1 device out …' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Take out' }).click();
    await page.locator('[data-count="9"]').waitFor();
    await page.locator('tr[data-device="meter-003"]').waitFor({ state: 'detached' });
    expect(await accessibilityProblems(page)).toEqual([]);

    await page.getByRole('link', { name: 'north' }).click();
    await heading(page, 'north');
    await page.locator('[data-group="hall <1>"]').waitFor();
    expect(await page.getByRole('button', { name: 'Delete …' }).getAttribute('aria-disabled')).toBe('true');
    await page.locator('[data-group="hall <1>"]').getByRole('link').click();
    await heading(page, 'hall <1>');
    await page.getByRole('button', { name: 'Delete …' }).click();
    await page.getByRole('dialog').getByRole('textbox').fill('hall <1>');
    await page.getByRole('dialog').getByRole('button', { name: 'Delete the group' }).click();
    await heading(page, 'Groups');
    await page.locator('[data-group="north"]').waitFor();
    await page.locator('[data-group="hall <1>"]').waitFor({ state: 'detached' });
    expect(opened.complaints).toEqual([]);
  });

  test('R-UI-3: a dynamic group is built with a live count, said in a sentence, filled by itself, and its rule changed', async () => {
    const { productKey } = console_.updraft;
    opened = await console_.open('OPERATOR', '/groups');
    const { page } = opened;
    await page.getByRole('button', { name: 'New dynamic group' }).click();
    const dialog = page.getByRole('dialog', { name: 'New dynamic group' });
    await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('beta');
    const values = dialog.getByRole('combobox', { name: 'Values' }).or(dialog.getByRole('textbox', { name: 'Values' }));
    await values.first().fill(productKey);
    await values.first().press('Enter');
    await dialog.locator('[data-count="250"]').waitFor();
    await dialog.getByRole('button', { name: 'Add a combination' }).click();
    await dialog.getByRole('combobox', { name: 'What the condition is about' }).nth(1).selectOption('TAG');
    await dialog.getByRole('textbox', { name: 'Key of the tag' }).fill('channel');
    await dialog.getByRole('button', { name: 'Create the group' }).click();
    await dialog.locator('.mantine-TagsInput-error').waitFor();
    await values.nth(1).fill('beta');
    await values.nth(1).press('Enter');
    await dialog.locator('[data-count="7"]').waitFor();
    await dialog.getByText(`Devices for which the product is “${productKey}” and the tag channel is “beta”.`).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Create the group' }).click();
    await heading(page, 'beta');
    await page.locator('[data-rule]').getByText('the tag channel is “beta”').waitFor();
    await page.locator('[data-count="7"]').waitFor();
    await page.locator('tr[data-device="meter-006"]').waitFor();
    expect(await page.getByRole('button', { name: 'Add devices' }).count()).toBe(0);

    await page.getByRole('button', { name: 'Edit name and rule' }).click();
    const edit = page.getByRole('dialog', { name: 'Edit the dynamic group' });
    await edit.getByRole('combobox', { name: 'How the conditions belong together' }).nth(1).selectOption('none');
    await edit.locator('[data-count="243"]').waitFor();
    await edit.getByRole('button', { name: 'Save' }).click();
    await page.locator('[data-rule]').getByText('it is not true that the tag channel is “beta”').waitFor();
    await page.locator('[data-count="243"]').waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
  });

  test('R-UI-3: a group is followed, not asked: another rule, another name and its end are seen as others make them', async () => {
    const { core, productKey } = console_.updraft;
    const rule = { field: 'PRODUCT', operator: 'IN', values: ['nobody'] } as const;
    const group = await core.groups.createDynamic(ADMIN, { name: 'followed', rule });
    opened = await console_.open('VIEWER', `/groups/${group._id}`);
    const { page } = opened;
    await page.locator('[data-live=live]').waitFor();
    await page.getByText('all devices are being compared').waitFor({ state: 'detached' });
    await core.groups.updateDynamic(ADMIN, group._id, { name: 'renamed', rule: { ...rule, values: [productKey] } });
    await heading(page, 'renamed');
    await page.locator('[data-rule]').getByText(productKey).waitFor();
    await page.locator('[data-count="250"]').waitFor();
    await page.getByText('all devices are being compared').waitFor({ state: 'detached' });
    await core.groups.delete(ADMIN, group._id);
    await heading(page, 'This no longer exists');
  });

  test('R-UI-3: the devices of a large group are read as somebody scrolls, and few are drawn', async () => {
    opened = await console_.open('VIEWER', '/groups?q=lar');
    const { page } = opened;
    await page.getByRole('link', { name: 'large' }).click();
    await page.locator('tr[data-device="meter-000"]').waitFor();
    await page.getByText('100 devices so far').or(page.getByText('200 devices so far')).waitFor();
    const list = page.getByRole('region', { name: 'Devices of the group, scrollable' });
    const end = page.locator('tr[data-device="meter-249"]');
    while ((await end.count()) === 0) await list.evaluate((each) => each.scrollTo(0, each.scrollHeight));
    await page.getByText('250 devices.').waitFor();
    expect(await page.locator('tr[data-device]').count()).toBeLessThan(60);
    await page.getByRole('button', { name: 'Rename or move' }).hover();
    await page.getByRole('tooltip').getByText('This needs operator').waitFor();
  });

  test('R-UI-3: a radio cell is seen as it fills and empties, with the devices that have its slots', async () => {
    const { updraft } = console_;
    const { core, productKey, platform } = updraft;
    const { coapUrl = '', coapsUrl = '' } = platform;
    opened = await console_.open('VIEWER', '/cells');
    const { page } = opened;
    await page.getByRole('heading', { name: 'No cell is in use' }).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    const names = ['cell-meter-1', 'cell-meter-2'];
    // Whoever installs keeps its slot until it has a result.
    const pacing = { installMs: 3_600_000, rebootMs: 10 };
    const fleet = await startLwm2mFleet(
      { core, productKey, coapUrl, coapsUrl },
      names.map((deviceName) => ({ deviceName })),
      { pacing },
    );
    try {
      const batch = await updraft.push(await updraft.package('2.0.0', 8_192), {}, { scope: { kind: 'targeted', deviceNames: names } });
      await updraft.until(async () => (await core.cells.list({}, { first: 1, after: null })).rows.length > 0);
      await page.getByRole('button', { name: 'Look for others' }).click();
      await page.locator('tr[data-cell][data-taken="1"][data-waiting="1"]').waitFor();
      await page.getByRole('button', { name: /^Show the devices in/ }).click();
      await page.getByRole('link', { name: /^cell-meter-\d$/ }).waitFor();
      expect(await accessibilityProblems(page)).toEqual([]);
      await core.batches.cancel(ADMIN, batch._id);
      await page.locator('tr[data-cell][data-taken="0"][data-waiting="0"]').waitFor();
    } finally {
      await fleet.stop();
    }
  });

  test('R-UI-3: on a phone, in the dark, in 简体中文 nothing overflows, and axe finds nothing', async () => {
    const { groups } = console_.updraft.core;
    const { rows } = await groups.list({}, { first: 10, after: null });
    opened = await console_.open('OPERATOR', '/groups', { locale: 'zh-CN', colorScheme: 'dark', viewport: { width: 390, height: 844 } });
    const { page } = opened;
    for (const path of ['/groups', '/cells', ...rows.map(({ node }) => `/groups/${node._id}`)]) {
      await page.goto(console_.url + path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      expect(await accessibilityProblems(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
    }
  });
});
