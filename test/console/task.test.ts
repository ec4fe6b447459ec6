import { deviceIdOf, taskIdOf } from '../../schema/model/ids';
import { describeWithChromium } from '../support/chromium';
import { failsWith } from '../support/devices/behaviours';
import { ADMIN } from '../support/updraft';
import { accessibilityProblems, type ConsoleUnderTest, type Opened, startConsole } from './support/console';

const describeInBrowser = describeWithChromium('R-UI-3, the page of a task in a browser');

const TEMPORAL = 'https://temporal.example.com/ui';
const HOSTILE = '<img src=x onerror=alert(1)>';

describeInBrowser('R-UI-3 the page of a task, in a real browser', () => {
  let console_: ConsoleUnderTest;
  let opened: Opened;
  let round = 0;
  beforeAll(async () => {
    console_ = await startConsole({ UPDRAFT_TEMPORAL_UI_URL: TEMPORAL });
  });
  afterAll(() => console_?.stop());
  afterEach(() => opened?.context.close());

  /** A task of an off-line device, unless it fails: then of one that reports so. */
  async function taskOf(policy: { confirmation?: boolean } = {}, fails = false): Promise<string> {
    const { updraft } = console_;
    round += 1;
    const deviceName = `device-${round}`;
    if (fails) await updraft.fleet([{ deviceName, behaviours: [failsWith(-1)] }]);
    else await updraft.core.devices.register(ADMIN, updraft.productKey, [{ deviceName }]);
    const firmware = await updraft.package(`2.0.${round}`);
    const batch = await updraft.push(firmware, policy, { name: HOSTILE, scope: { kind: 'targeted', deviceNames: [deviceName] } });
    if (fails) await updraft.settled(batch);
    const id = taskIdOf(batch._id, deviceIdOf(updraft.productKey, deviceName));
    await updraft.until(() => updraft.core.tasks.get(id));
    return id;
  }
  const open = async (id: string, role: 'OPERATOR' | 'VIEWER' = 'OPERATOR', options = {}): Promise<void> => {
    opened = await console_.open(role, `/tasks/${encodeURIComponent(id)}`, options);
    await opened.page.getByRole('heading', { level: 1, name: /^device-\d+: update to/ }).waitFor();
  };
  const reason = (text: string) => opened.page.locator('[data-reason]').filter({ hasText: text }).waitFor();
  const steps = () => opened.page.getByRole('list', { name: 'Steps of the task' });

  test('R-UI-3: what is to be pushed says that its device is off-line; it is canceled once that was confirmed', async () => {
    await open(await taskOf());
    const { page } = opened;
    await reason('The device is off-line. It is notified when it connects.');
    await page.getByText('not in this attempt').waitFor();
    const link = page.getByRole('link', { name: 'Show it in Temporal' });
    const query = new URLSearchParams({ query: `WorkflowId="upgrade/${console_.updraft.productKey}.device-1/default"` });
    expect(await link.getAttribute('href')).toBe(`${TEMPORAL}/namespaces/default/workflows?${query}`);
    await page.getByRole('button', { name: 'Cancel the task' }).click();
    await page.getByRole('dialog').getByText('The update of 1 device').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel the task' }).click();
    await steps().getByText('Canceled').waitFor();
    await page.locator('[data-reason]').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Cancel the task' }).waitFor({ state: 'detached' });
    expect(opened.complaints).toEqual([]);
  });

  test('R-UI-3: a task that waits for confirmation is deferred, and what the API refuses stands at its field', async () => {
    await open(await taskOf({ confirmation: true }));
    const { page } = opened;
    await reason('Waiting for confirmation.');
    await page.getByRole('button', { name: 'Defer' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Ask again at').fill('2020-01-01T10:00');
    await dialog.getByRole('button', { name: 'Defer' }).click();
    await dialog.locator('.mantine-TextInput-error').waitFor();
    expect(await dialog.getByLabel('Ask again at').inputValue()).toBe('2020-01-01T10:00');
    expect(await accessibilityProblems(page)).toEqual([]);
    await dialog.getByLabel('Ask again at').fill(new Date(Date.now() + 86_400_000).toISOString().slice(0, 16));
    await dialog.getByRole('button', { name: 'Defer' }).click();
    await dialog.waitFor({ state: 'detached' });
    await reason('Its user has deferred the update.');
  });

  test('R-UI-3: a task is confirmed, another is rejected, and both see it without a reload', async () => {
    await open(await taskOf({ confirmation: true }));
    await opened.page.getByRole('button', { name: 'Confirm' }).click();
    await steps().getByText('Confirmed').waitFor();
    await reason('The device is off-line.');
    await opened.context.close();
    await open(await taskOf({ confirmation: true }));
    await opened.page.getByRole('button', { name: 'Reject' }).click();
    await opened.page.getByRole('dialog').getByRole('button', { name: 'Reject the task' }).click();
    await steps().getByText('Canceled').waitFor();
  });

  test('R-UI-3: a failure is told with its cause and what to do, names are text, and it is retried', async () => {
    await open(await taskOf({}, true));
    const { page } = opened;
    await page.getByText('Why it failed').waitFor();
    expect(await page.locator('[data-cause]').textContent()).toMatch(/\w+\. .*\w+\./);
    await page.locator('[data-attempt="1"]').waitFor();
    await steps().getByText('Failed in attempt 1').waitFor();
    await page.getByRole('link', { name: HOSTILE }).waitFor();
    expect(await page.locator('main img').count()).toBe(0);
    await page.getByRole('button', { name: 'Retry' }).click();
    await steps().getByText('Queued again').waitFor();
    expect(opened.complaints).toEqual([]);
  });

  test('R-UI-3: whoever may not sees why, and a task that there is not says so', async () => {
    await open(await taskOf(), 'VIEWER');
    await opened.page.getByRole('button', { name: 'Cancel the task' }).hover();
    await opened.page.getByText('Your role is viewer. This needs operator.').waitFor();
    await opened.page.goto(`${console_.url}/tasks/nothing`);
    await opened.page.getByRole('heading', { name: 'This no longer exists' }).waitFor();
  });

  test('R-UI-3: the page passes axe in light, dark, on a phone and in 中文, and is nowhere wider than its window', async () => {
    const id = await taskOf({}, true);
    for (const options of [
      { colorScheme: 'light' as const },
      { colorScheme: 'dark' as const },
      { viewport: { width: 390, height: 844 } },
      { locale: 'zh-CN' },
    ]) {
      opened = await console_.open('OPERATOR', `/tasks/${encodeURIComponent(id)}`, options);
      await opened.page.locator('[data-cause]').waitFor();
      expect(await accessibilityProblems(opened.page)).toEqual([]);
      expect(await opened.page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
      if (process.env.SHOTS)
        await opened.page.screenshot({
          fullPage: true,
          path: `${process.env.SHOTS}/task-${JSON.stringify(options).replace(/\W+/g, '_')}.png`,
        });
      await opened.context.close();
    }
  });
});
