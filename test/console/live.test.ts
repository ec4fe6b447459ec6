import { startBalancer } from '../support/balancer';
import { describeWithChromium } from '../support/chromium';
import { stallsAt } from '../support/devices/behaviours';
import { ADMIN } from '../support/updraft';
import { accessibilityProblems, type ConsoleUnderTest, type Opened, signIn, startConsole } from './support/console';

const describeInBrowser = describeWithChromium('R-UI-3, what the console shows while its line is cut');

describeInBrowser('R-UI-3 live without lies', () => {
  let console_: ConsoleUnderTest;
  let opened: Opened;
  let round = 0;
  beforeAll(async () => {
    console_ = await startConsole();
  });
  afterAll(() => console_?.stop());
  afterEach(() => opened?.context.close());

  async function stalledBatch() {
    round += 1;
    const { updraft } = console_;
    const devices = [0, 1].map((index) => ({ deviceName: `cut-${round}-${index}`, behaviours: [stallsAt(30)] }));
    const fleet = await updraft.fleet(devices, { pacing: { skipDownload: true, rebootMs: null } });
    const deviceNames = devices.map(({ deviceName }) => deviceName);
    const batch = await updraft.push(await updraft.package(`${round}.7.0`), {}, { scope: { kind: 'targeted', deviceNames } });
    return { updraft, fleet, batch };
  }

  test('R-UI-3: while the line is cut it says so and stays what it was; then it has what happened meanwhile, without a reload', async () => {
    const { updraft, fleet, batch } = await stalledBatch();
    const line = await startBalancer([console_.url, 'http://127.0.0.1:1']);
    line.avoid(1);
    opened = await console_.open('OPERATOR', `/batches/${batch._id}`, {}, line.url.replace('mqtt', 'http'));
    const { page } = opened;
    const number = (status: string, count: number) =>
      page.locator(`[data-count=${status}]`).filter({ hasText: new RegExp(`^${count}\\b`) });
    await number('IN_PROGRESS', 2).waitFor();
    await page.locator('[data-live=live]').waitFor();
    await page.evaluate("document.querySelector('h1').dataset.mark = 'same page'");

    line.avoid(1, false);
    line.avoid(0);
    await page.locator('[data-live=reconnecting], [data-live=stale]').waitFor();
    await updraft.core.batches.cancel(ADMIN, batch._id);
    await page.locator('[data-live=stale]').getByText('stale since').waitFor();
    await number('IN_PROGRESS', 2).waitFor();

    line.avoid(0, false);
    line.avoid(1);
    await page.locator('[data-live=live]').waitFor();
    await number('CANCELED', 2).waitFor();
    await page.locator(`[data-task=cut-${round}-1]`).filter({ hasText: 'canceled' }).waitFor();
    expect(await page.evaluate("document.querySelector('h1').dataset.mark")).toBe('same page');
    await line.stop();
    await fleet.stop();
  });

  test('R-UI-3: a command while the platform is away is told as such, with what to do, and nothing typed is lost', async () => {
    const { updraft, fleet, batch } = await stalledBatch();
    const line = await startBalancer([console_.url, 'http://127.0.0.1:1']);
    line.avoid(1);
    opened = await console_.open('OPERATOR', `/batches/${batch._id}`, {}, line.url.replace('mqtt', 'http'));
    const { page } = opened;
    await page.locator('[data-live=live]').waitFor();
    await page.getByRole('button', { name: 'Pause', exact: true }).waitFor();
    line.avoid(1, false);
    line.avoid(0);
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    const told = page.getByRole('alert').filter({ hasText: 'The platform could not be reached' });
    await told.getByText('look before you do it again').waitFor();

    await page.getByRole('button', { name: 'Edit' }).click();
    const dialog = page.getByRole('dialog', { name: 'Edit the batch' });
    await dialog.getByLabel('Devices a minute').fill('777');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('send it again as it is').waitFor();
    expect(await dialog.getByLabel('Devices a minute').inputValue()).toBe('777');
    expect(await page.getByText('refused').count()).toBe(0);

    line.avoid(0, false);
    line.avoid(1);
    await page.locator('[data-live=live]').waitFor();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect((await updraft.core.batches.get(batch._id))?.policy.rate).toMatchObject({ perMinute: 777 });
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await page.getByRole('button', { name: 'Resume', exact: true }).waitFor();
    expect(await told.count()).toBe(0);
    await updraft.core.batches.cancel(ADMIN, batch._id);
    await line.stop();
    await fleet.stop();
  });

  test('R-UI-3: a page that could not be read is read by itself once the platform answers, with and without a live connection', async () => {
    opened = await console_.open('OPERATOR');
    const { page } = opened;
    await page.locator('[data-live=live]').waitFor();
    const isAway = () => page.getByRole('alert').filter({ hasText: 'The platform could not be reached' }).first().waitFor();
    const answered = async (path: string, names: string): Promise<void> => {
      await page.route('**/graphql', (route) =>
        route.request().postData()?.includes(names) ? route.fulfill({ status: 503, body: 'no backend' }) : route.continue(),
      );
      await page.goto(console_.url + path);
      await isAway();
      await page.getByText('The console tries again by itself.').first().waitFor();
      await page.evaluate("document.querySelector('h1').dataset.mark = 'same page'");
      await page.unrouteAll({ behavior: 'wait' });
      await page.getByRole('alert').first().waitFor({ state: 'detached' });
      expect(await page.evaluate("document.querySelector('h1').dataset.mark")).toBe('same page');
    };
    await answered('/settings/limits', 'ShowLimits');
    await page.getByRole('cell').first().waitFor();
    await answered('/devices', 'query DeviceList');
    await answered('/', 'query Overview');
    await page.locator('[data-live=live]').waitFor();
  });

  test('R-UI-3: the way back and a link ask first while something stands in a dialog, and Escape keeps it', async () => {
    const { updraft, fleet, batch } = await stalledBatch();
    opened = await console_.open('OPERATOR', '/batches');
    const { page } = opened;
    await page.locator(`a[href="/batches/${batch._id}"]`).first().click();
    await page.getByRole('button', { name: 'Edit' }).click();
    const dialog = page.getByRole('dialog', { name: 'Edit the batch' });
    const field = dialog.getByLabel('Devices a minute');
    const question = page.getByRole('dialog', { name: 'Leave this page?' });
    await field.fill('1234');
    await page.goBack();
    await question.waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await question.waitFor({ state: 'detached' });
    await field.press('Escape');
    expect(await field.inputValue()).toBe('1234');
    await dialog.getByRole('link', { name: 'Copy it to a new batch' }).click();
    await question.getByRole('button', { name: 'Keep as it is' }).click();
    await question.waitFor({ state: 'detached' });
    expect([new URL(page.url()).pathname, await field.inputValue()]).toEqual([`/batches/${batch._id}`, '1234']);
    await page.goBack();
    await question.getByRole('button', { name: 'Leave the page' }).click();
    await page.getByRole('heading', { level: 1, name: 'Batches' }).waitFor();
    await page.goForward();
    await page.getByRole('button', { name: 'Edit' }).click();
    await dialog.waitFor();
    await page.goBack();
    await page.getByRole('heading', { level: 1, name: 'Batches' }).waitFor();
    await updraft.core.batches.cancel(ADMIN, batch._id);
    await fleet.stop();
  });

  test('R-UI-3: a key that is revoked while its page is open ends the session, and what was typed stays', async () => {
    const { updraft, fleet, batch } = await stalledBatch();
    const { access } = updraft.platform.parts.core;
    const { key, apiKey } = await access.createKey(ADMIN, { name: 'to be revoked', role: 'OPERATOR' });
    opened = await console_.open(null);
    await signIn(opened.context, console_.url, key);
    const { page } = opened;
    await page.goto(`${console_.url}/batches/${batch._id}`);
    await page.getByRole('button', { name: 'Edit' }).click();
    const field = page.getByRole('dialog', { name: 'Edit the batch' }).getByLabel('Devices a minute');
    await field.fill('777');
    await page.locator('[data-live=live]').waitFor();
    await access.revokeKey(ADMIN, apiKey._id);
    await page.getByRole('dialog', { name: 'Your session has ended' }).waitFor();
    expect(await field.inputValue()).toBe('777');
    await updraft.core.batches.cancel(ADMIN, batch._id);
    await fleet.stop();
  });
});
