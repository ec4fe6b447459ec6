import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describeWithChromium } from '../support/chromium';
import { type OidcProvider, startOidcProvider } from '../support/oidc-provider/start';
import { accessibilityProblems, type ConsoleUnderTest, type Opened, startConsole } from './support/console';

const describeInBrowser = describeWithChromium('R-UI-3, people of an identity provider in the console, and what they may');

describeInBrowser('R-UI-3 people sign in to the console by an identity provider', () => {
  let console_: ConsoleUnderTest;
  let provider: OidcProvider;
  let folder: string;
  let opened: Opened[] = [];
  beforeAll(async () => {
    [provider, folder] = await Promise.all([startOidcProvider(), mkdtemp(join(tmpdir(), 'updraft-issuers-'))]);
    const file = join(folder, 'issuers.json');
    await writeFile(file, JSON.stringify({ issuers: [provider.issuer] }));
    console_ = await startConsole({ UPDRAFT_ISSUERS_FILE: file });
    await provider.begin(console_.url);
  });
  afterAll(async () => {
    await console_?.stop();
    await provider?.stop();
    if (folder) await rm(folder, { recursive: true, force: true });
  });
  afterEach(async () => {
    for (const { context } of opened) await context.close();
    opened = [];
  });

  async function open(...given: Parameters<ConsoleUnderTest['open']>): Promise<Page> {
    const one = await console_.open(...given);
    opened.push(one);
    return one.page;
  }
  const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
  const bySignIn = (page: Page) => page.getByRole('button', { name: 'Sign in with Example Inc.' }).click();
  /** At the provider: who somebody is, and that Updraft may know it. */
  async function logIn(page: Page, login: string): Promise<void> {
    await page.fill('input[name=login]', login);
    await page.fill('input[name=password]', 'x');
    await page.click('button[type=submit]');
    await page.getByText('Continue').click();
  }

  test('R-UI-3: a person signs in from the console, and is where the address has led; a session that ends is renewed beside the page', async () => {
    const page = await open(null, '/groups?q=north');
    await page.getByRole('button', { name: 'Sign in with Example Inc.' }).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await bySignIn(page);
    await page.waitForURL(({ origin }) => origin === new URL(provider.url).origin);
    await logIn(page, 'ada');
    await heading(page, 'Groups');
    expect(page.url()).toBe(`${console_.url}/groups?q=north`);
    await page.goto(`${console_.url}/settings/limits`);
    await page.getByText('Ada', { exact: true }).first().waitFor();

    await page.getByRole('textbox', { name: 'Limit has' }).fill('upload');
    await page.waitForURL(/q=upload/);
    await page.context().request.post(`${console_.url}/signout`, { headers: { origin: console_.url } });
    await page.evaluate("new BroadcastChannel('updraft.session').postMessage('out')");
    const ended = page.getByRole('dialog', { name: 'Your session has ended' });
    await ended.waitFor();
    const window = page.context().waitForEvent('page');
    await ended.getByRole('button', { name: 'Sign in with Example Inc.' }).click();
    // The provider knows who it is: the window has nothing to ask, and closes.
    await window;
    await ended.waitFor({ state: 'detached' });
    expect(await page.getByRole('textbox', { name: 'Limit has' }).inputValue()).toBe('upload');
  });

  test('R-UI-3: an administrator blocks a person, whose open page ends and who cannot come back until unblocked', async () => {
    const theirs = await open(null, '/groups');
    await bySignIn(theirs);
    await logIn(theirs, 'ada');
    await heading(theirs, 'Groups');
    await theirs.goto(`${console_.url}/devices/${console_.updraft.productKey}.none`);

    const page = await open('ADMINISTRATOR', '/settings/people');
    await page.locator('[data-person=ada][data-blocked=false]').waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.getByRole('button', { name: 'Block Ada' }).click();
    await page.getByRole('dialog', { name: 'Block this person?' }).getByRole('button', { name: 'Block' }).click();
    await page.locator('[data-person=ada][data-blocked=true]').waitFor();
    await page.getByRole('combobox', { name: 'Show' }).selectOption('who may sign in');
    await page.waitForURL(/blocked=no/);
    await page.getByRole('heading', { name: 'Nobody matches' }).waitFor();

    await theirs.goto(`${console_.url}/groups`);
    await bySignIn(theirs);
    await theirs
      .getByText(/blocked/i)
      .first()
      .waitFor();

    await page.goto(`${console_.url}/settings/people?blocked=yes`);
    await page.getByRole('button', { name: 'Unblock Ada' }).click();
    await page.getByRole('heading', { name: 'Nobody matches' }).waitFor();
    await theirs.goto(`${console_.url}/groups`);
    await bySignIn(theirs);
    await heading(theirs, 'Groups');
  });

  test('R-UI-3: limits are told as people say them, found by a word, and fit a phone in 简体中文', async () => {
    const page = await open('VIEWER', '/settings/limits');
    await page.locator('[data-limit=fileBytes]').getByText('1,000 MB').waitFor();
    await page.locator('[data-limit=scheduleStartMaximum]').getByText('7 days').waitFor();
    await page
      .locator('[data-limit=retryCounts]')
      .getByText(/^1, 2,? or 5$/)
      .waitFor();
    await page.locator('[data-limit=keepTasksDays]').getByText('for ever').waitFor();
    await page.locator('[data-limit=keepAuditDays]').getByText('400 days').waitFor();
    await page.locator('[data-limit=keyRequestsPerSecond]').getByText('100').waitFor();
    await page.locator('[data-limit=requestBurstSeconds]').getByText('10 seconds').waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.getByRole('textbox', { name: 'Limit has' }).fill('no such limit');
    await page.getByRole('button', { name: 'Show all limits' }).click();
    await page.locator('[data-limit=fileBytes]').waitFor();
    const phone = { locale: 'zh-CN', colorScheme: 'dark', viewport: { width: 390, height: 844 } } as const;
    const small = await open('VIEWER', '/settings/limits', phone);
    await small.locator('[data-limit=fileBytes]').waitFor();
    expect(await accessibilityProblems(small)).toEqual([]);
    expect(await small.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
  });
});
