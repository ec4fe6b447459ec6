import type { Page } from 'playwright-core';
import { describeWithChromium } from '../support/chromium';
import { failsWith, stallsAt } from '../support/devices/behaviours';
import { ADMIN } from '../support/updraft';
import { accessibilityProblems, type ConsoleUnderTest, type Opened, seen, startConsole } from './support/console';

const describeInBrowser = describeWithChromium('R-UI-3, the pages of batches in a browser');

describeInBrowser('R-UI-3 batches in the console, on a real fleet', () => {
  let console_: ConsoleUnderTest;
  let opened: Opened;
  let round = 0;
  beforeAll(async () => {
    console_ = await startConsole();
  });
  afterAll(() => console_?.stop());
  afterEach(() => opened?.context.close());

  /** Devices that come to 30 % and stay there, and some that fail. */
  async function fleetOf(stalled: number, failing = 0) {
    round += 1;
    const { updraft } = console_;
    const names = [
      ...Array.from({ length: stalled }, (_, index) => ({ deviceName: `r${round}-stalled-${index}`, behaviours: [stallsAt(30)] })),
      ...Array.from({ length: failing }, (_, index) => ({ deviceName: `r${round}-failing-${index}`, behaviours: [failsWith(-1)] })),
    ];
    const fleet = await updraft.fleet(names, { pacing: { skipDownload: true, rebootMs: null } });
    await seen(updraft, ...names.map(({ deviceName }) => deviceName));
    const firmware = await updraft.package(`${round}.5.0`);
    const scope = { kind: 'targeted' as const, deviceNames: names.map(({ deviceName }) => deviceName) };
    return { updraft, fleet, firmware, scope };
  }
  const numberOf = (page: Page, status: string) => page.locator(`[data-count=${status}]`);
  const shows = (page: Page, status: string, count: number) =>
    numberOf(page, status)
      .filter({ hasText: new RegExp(`^${count}\\b`) })
      .waitFor();

  test('R-UI-3: a batch is seen as it goes, failures first, with what to do, and is paused, resumed and canceled', async () => {
    const { updraft, fleet, firmware, scope } = await fleetOf(3, 2);
    const batch = await updraft.push(firmware, {}, { scope, name: 'June rollout' });
    opened = await console_.open('OPERATOR', `/batches/${batch._id}`);
    const { page } = opened;
    await page.getByRole('heading', { level: 1, name: 'June rollout' }).waitFor();
    await shows(page, 'IN_PROGRESS', 3);
    await shows(page, 'FAILED', 2);
    await page.getByRole('status').getByText('live').waitFor();
    await page.locator('[data-cause]').filter({ hasText: 'FIRMWARE_UPDATE_FAILED' }).first().waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);

    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('button', { name: 'Resume' }).waitFor();
    expect((await updraft.core.batches.get(batch._id))?.status).toBe('PAUSED');
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('button', { name: 'Pause' }).waitFor();

    // The curve is drawn in the colours of the page, and is a table for whoever wants one.
    const curve = page.getByRole('region', { name: 'Devices over time' });
    await curve.getByRole('img', { name: /3 pushed|5 pushed/ }).waitFor();
    await curve.locator('[data-drawn=light] canvas').waitFor();
    await curve.locator('[data-curve=failed]').getByText('2', { exact: true }).waitFor();
    await page.emulateMedia({ colorScheme: 'dark' });
    await curve.locator('[data-drawn=dark] canvas').waitFor();
    await curve.getByRole('button', { name: 'Show as a table' }).click();
    await curve.getByRole('table').getByText('paused, resumed').waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);

    await page.getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: /^Cancel the batch/ }).click();
    const dialog = page.getByRole('dialog', { name: 'Cancel this batch?' });
    await dialog.getByText('3 devices are').waitFor();
    const act = dialog.getByRole('button', { name: 'Cancel the batch' });
    expect(await act.isDisabled()).toBe(true);
    await dialog.getByRole('textbox').fill('June rollout');
    await act.click();
    await shows(page, 'CANCELED', 3);
    await page.getByText('It was canceled.').waitFor();
    expect(opened.complaints).toEqual([]);
    await fleet.stop();
  });

  test('R-UI-3: a halt says why and that nothing more leaves; a retry names how many', async () => {
    const { updraft, fleet, firmware, scope } = await fleetOf(2, 3);
    const batch = await updraft.push(firmware, { halt: { failedCount: 2, minimumJudged: 2 } }, { scope });
    opened = await console_.open('OPERATOR', `/batches/${batch._id}`);
    const { page } = opened;
    const alert = page.getByRole('alert').filter({ hasText: 'halted' });
    await alert.getByText('No notification leaves until somebody resumes it.').waitFor();
    await page.getByRole('button', { name: 'Retry failed' }).click();
    await page.getByRole('dialog', { name: 'Retry all failed tasks?' }).getByText('notified once more').waitFor();
    await page.getByRole('button', { name: 'Keep as it is' }).click();
    await updraft.core.batches.cancel(ADMIN, batch._id);
    await fleet.stop();
  });

  test('R-UI-3: two operators on one batch see each other, and an edit that is refused is told at its field', async () => {
    const { updraft, fleet, firmware, scope } = await fleetOf(2);
    const batch = await updraft.push(firmware, {}, { scope });
    opened = await console_.open('OPERATOR', `/batches/${batch._id}`);
    const other = await console_.open('OPERATOR', `/batches/${batch._id}`);
    const { page } = opened;
    await page.getByRole('button', { name: 'Edit' }).click();
    const field = page.getByRole('dialog').getByLabel('Devices a minute');
    await field.fill('99999999');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('dialog').locator('.mantine-NumberInput-error').waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await field.fill('1234');
    await page.getByRole('button', { name: 'Add a tag' }).click();
    await page.getByLabel('Key of tag 1').fill('not a key');
    await page.getByLabel('Value of tag 1').fill('<b>quick</b>');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('dialog').locator('.mantine-TextInput-error').waitFor();
    await page.getByLabel('Key of tag 1').fill('install.mode');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await other.page.getByText('of 1,234 asked').waitFor();
    expect((await updraft.core.batches.get(batch._id))?.policy.tags).toEqual([{ key: 'install.mode', value: '<b>quick</b>' }]);
    await other.page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('button', { name: 'Resume' }).waitFor();
    await updraft.core.batches.cancel(ADMIN, batch._id);
    await fleet.stop();
  });

  test('R-UI-3: devices are filtered by the address, searched with a key, and change in their rows', async () => {
    const { updraft, fleet, firmware, scope } = await fleetOf(3, 2);
    const batch = await updraft.push(firmware, {}, { scope });
    opened = await console_.open('VIEWER', `/batches/${batch._id}?status=FAILED`);
    const { page } = opened;
    const rows = page.locator('[data-task]');
    await page.locator(`[data-task=r${round}-failing-1]`).waitFor();
    await shows(page, 'FAILED', 2);
    await rows.nth(1).waitFor();
    expect(await rows.count()).toBe(2);
    await page.keyboard.press('/');
    // Slower than the filter follows: it is to take what is typed later as well.
    await page.keyboard.type(`r${round}-failing-1`, { delay: 300 });
    await page.waitForURL(/device=r/);
    await page.locator(`[data-task=r${round}-failing-0]`).waitFor({ state: 'detached' });
    await page.goto(`${console_.url}/batches/${batch._id}?device=r${round}-stalled`);
    await page.locator(`[data-task=r${round}-stalled-2]`).filter({ hasText: 'in progress' }).waitFor();
    await updraft.core.batches.cancel(ADMIN, batch._id);
    await page.locator(`[data-task=r${round}-stalled-2]`).filter({ hasText: 'canceled' }).waitFor();
    await fleet.stop();
  });

  test('R-UI-3: what a viewer may not do is disabled and says why', async () => {
    const { updraft, fleet, firmware, scope } = await fleetOf(1);
    const batch = await updraft.push(firmware, {}, { scope });
    opened = await console_.open('VIEWER', `/batches/${batch._id}`);
    const { page } = opened;
    // It runs.
    await shows(page, 'IN_PROGRESS', 1);
    const pause = page.getByRole('button', { name: 'Pause' });
    await pause.waitFor();
    expect(await pause.getAttribute('aria-disabled')).toBe('true');
    await pause.hover();
    await page.getByText('Your role is viewer. This needs operator.').waitFor();
    await pause.click({ force: true });
    expect((await updraft.core.batches.get(batch._id))?.status).toBe('RUNNING');
    await updraft.core.batches.cancel(ADMIN, batch._id);
    await fleet.stop();
  });

  test('R-UI-3: tasks that wait are confirmed one by one, and those of a status are canceled', async () => {
    const { updraft, fleet, firmware, scope } = await fleetOf(2);
    const batch = await updraft.push(firmware, { confirmation: true }, { scope });
    opened = await console_.open('OPERATOR', `/batches/${batch._id}`);
    const { page } = opened;
    await shows(page, 'UNCONFIRMED', 2);
    await page.getByLabel(`Select r${round}-stalled-0`).check();
    await page.getByRole('button', { name: 'Confirm 1 device' }).click();
    await shows(page, 'IN_PROGRESS', 1);
    await shows(page, 'UNCONFIRMED', 1);

    // Those that still wait are canceled, and the batch goes on with the other.
    await page.getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: /^Cancel the batch/ }).click();
    const dialog = page.getByRole('dialog', { name: 'Cancel this batch?' });
    await dialog.getByText('2 devices are not upgraded then; 1 of them').waitFor();
    await dialog.getByLabel(/^Devices in some statuses/).check();
    await dialog.getByText('0 devices are').waitFor();
    await dialog.getByLabel('unconfirmed: 1').check();
    await dialog.getByText('1 device is not upgraded then; 0 of them').waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await dialog.getByRole('textbox').fill(batch.name);
    await dialog.getByRole('button', { name: 'Cancel these devices' }).click();
    await shows(page, 'CANCELED', 1);
    await shows(page, 'IN_PROGRESS', 1);
    await updraft.core.batches.cancel(ADMIN, batch._id);
    await fleet.stop();
  });

  test('R-UI-3: a script in a name is text; the list of batches follows what is made and deleted; a batch that is deleted says so', async () => {
    const { updraft, fleet, firmware, scope } = await fleetOf(1);
    const name = '<img src=x onerror="document.title=1"><script>a()</script>';
    const batch = await updraft.push(firmware, {}, { scope, name });
    await updraft.core.batches.cancel(ADMIN, batch._id);
    opened = await console_.open('OPERATOR', '/batches?text=IMG&kind=STATIC');
    const { page } = opened;
    const listed = page.locator('[data-listed]');
    await listed.filter({ hasText: 'canceled' }).waitFor();
    await page.locator('[data-live=live]').waitFor();

    // Of batches that are made meanwhile those that fit are told, and nothing moves.
    const second = await updraft.push(firmware, {}, { scope, name: `${name} 2` });
    await page.getByRole('button', { name: '1 new: show it' }).click();
    await listed.nth(1).waitFor();
    expect(await listed.first().getAttribute('data-listed')).toBe(`${name} 2`);
    await listed.first().getByText('running').waitFor();
    await updraft.core.batches.cancel(ADMIN, second._id);
    await listed.first().getByText('canceled').waitFor();
    await updraft.core.batches.delete(ADMIN, second._id);
    await listed.first().getByText('deleted').waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);

    await page.getByRole('link', { name }).click();
    await page.getByRole('heading', { level: 1, name }).waitFor();
    await page.waitForFunction(`document.title === ${JSON.stringify(`${name} · Updraft`)}`);
    await page.getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: /^Delete/ }).click();
    await page.getByRole('dialog').getByRole('textbox').fill(name);
    await page.getByRole('button', { name: 'Delete the batch' }).click();
    await page.getByRole('heading', { level: 1, name: 'This no longer exists' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { level: 1, name: 'This no longer exists' }).waitFor();
    await fleet.stop();
  });

  /** What the platform does early in each minute. */
  async function look(): Promise<void> {
    const { store, platform, until } = console_.updraft;
    await until(async () => {
      await store.collections.settings.updateOne({ _id: 'series-claim' }, { $set: { value: new Date(0) } });
      return platform.parts.sampler.look();
    });
  }

  test('R-UI-3: the overview has the fleet, the platform, what needs a person first, what waits longest, and follows what runs', async () => {
    await look();
    const { updraft, fleet, firmware, scope } = await fleetOf(2, 1);
    opened = await console_.open('VIEWER', '/');
    const { page } = opened;
    await page.getByText('No batch is running').waitFor();
    // It comes without a reload.
    const batch = await updraft.push(firmware, {}, { scope, name: 'Seen from above' });
    const card = page.locator('[data-batch="Seen from above"]');
    await card.getByText('running').waitFor();
    await card.getByText('0 of 3 succeeded (0%), 1 failed').waitFor();
    await page
      .locator('[data-rate]')
      .filter({ hasText: /of [1-9][\d,]* asked/ })
      .waitFor();
    await page.locator('[data-version="1.0.0"]').waitFor();
    await page.locator('[data-health=ready]').waitFor();

    await look();
    await page.reload();
    await page.locator('[data-health=ready]').getByText('Counted').waitFor();
    await page
      .locator('[data-devices="?online=yes"]')
      .filter({ hasText: /^[1-9]/ })
      .waitFor();
    await page.locator(`[data-waiting=r${round}-stalled-0], [data-waiting=r${round}-stalled-1]`).waitFor();
    const failures = page.locator('[data-flow=failures]');
    await failures.locator('canvas').waitFor();
    await failures.getByRole('button', { name: 'Show as a table' }).click();
    await failures.getByRole('columnheader', { name: 'The update itself failed' }).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.getByLabel('Range').selectOption('week');
    await page.waitForURL(/range=week/);

    await updraft.core.batches.pause(ADMIN, batch._id);
    await page
      .locator('section', { has: page.getByRole('heading', { name: /^Needs attention/ }) })
      .locator('[data-batch="Seen from above"]')
      .waitFor();
    await updraft.core.batches.cancel(ADMIN, batch._id);
    await card.waitFor({ state: 'detached' });
    expect(opened.complaints).toEqual([]);
    await fleet.stop();
  });
});
