import { describeWithChromium } from '../support/chromium';
import { accessibilityProblems, type ConsoleUnderTest, type Opened, signIn, startConsole } from './support/console';

const describeInBrowser = describeWithChromium('R-UI-3, the console in a browser');

describeInBrowser('R-UI-3 the shell of the console, in a real browser', () => {
  let console_: ConsoleUnderTest;
  let opened: Opened;
  beforeAll(async () => {
    console_ = await startConsole();
  });
  afterAll(() => console_?.stop());
  afterEach(() => opened?.context.close());

  const heading = (name: string) => opened.page.getByRole('heading', { level: 1, name });

  test('R-UI-3: whoever is not signed in signs in with a key, lands where the address leads, and the key is kept nowhere', async () => {
    opened = await console_.open(null, '/?from=a-link');
    const { page } = opened;
    await page.getByLabel('API key').fill('ключ 😀');
    await page.getByRole('button', { name: 'Sign in with an API key' }).click();
    await page.getByRole('alert').getByText('No API key').waitFor();
    await page.getByLabel('API key').fill('updraft_wrong');
    await page.getByRole('button', { name: 'Sign in with an API key' }).click();
    await page.getByRole('alert').getByText('No API key').waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.getByLabel('API key').fill(console_.keys.OPERATOR);
    await page.getByRole('button', { name: 'Sign in with an API key' }).click();
    await heading('Overview').waitFor();
    expect(page.url()).toBe(`${console_.url}/?from=a-link`);
    const kept = await page.evaluate(
      'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, document.body.innerHTML])',
    );
    expect(kept).not.toContain(console_.keys.OPERATOR.slice(8));
  });

  test('R-UI-3: the link of a start leads to the console, signed in', async () => {
    opened = await console_.open(null);
    const link = await console_.updraft.platform.signInLink();
    await opened.page.goto(link ?? '');
    await heading('Overview').waitFor();
    expect(new URL(opened.page.url()).pathname).toBe('/');
  });

  test('R-UI-3: nothing is blocked by its own policy, nothing is complained of, and axe finds nothing, in light, dark and on a phone', async () => {
    for (const options of [
      { colorScheme: 'light' as const },
      { colorScheme: 'dark' as const },
      { viewport: { width: 390, height: 844 } },
    ]) {
      opened = await console_.open('ADMINISTRATOR', '/', options);
      await heading('Overview').waitFor();
      expect(await accessibilityProblems(opened.page)).toEqual([]);
      expect(opened.complaints).toEqual([]);
      const links = await opened.page
        .getByRole('navigation', { name: 'Pages', includeHidden: true })
        .getByRole('link', { includeHidden: true })
        .allTextContents();
      // Texts of pages that are not loaded yet: without a catalogue it would be their ids.
      expect(links).toEqual(expect.arrayContaining(['Overview', 'Batches']));
      expect(await opened.page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
      await opened.context.close();
    }
  });

  test('R-UI-3: another language at once, remembered, and no text of the shell left behind', async () => {
    opened = await console_.open('VIEWER');
    const { page } = opened;
    await page.getByRole('combobox', { name: 'Language' }).selectOption('简体中文');
    await heading('概览').waitFor();
    expect(await page.evaluate('document.documentElement.lang')).toBe('zh-Hans');
    await page.reload();
    await heading('概览').waitFor();
    await page.getByRole('combobox', { name: '语言' }).selectOption('English');
    await heading('Overview').waitFor();
  });

  test('R-UI-3: the language of the browser is taken where it is there', async () => {
    opened = await console_.open('VIEWER', '/', { locale: 'zh-CN' });
    await heading('概览').waitFor();
  });

  test('R-UI-3: a session that ends leaves the page as it is, and whoever signs in again goes on', async () => {
    opened = await console_.open('OPERATOR');
    const { page, context } = opened;
    await heading('Overview').waitFor();
    await page.evaluate("document.querySelector('h1').dataset.mark = 'same page'");
    await context.request.post(`${console_.url}/signout`, { headers: { origin: console_.url } });
    // Whatever asks next finds out: here another window of the same console does, which tells.
    await page.evaluate("new BroadcastChannel('updraft.session').postMessage('out')");
    const dialog = page.getByRole('dialog', { name: 'Your session has ended' });
    await dialog.waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await dialog.getByLabel('API key').fill(console_.keys.OPERATOR);
    await dialog.getByRole('button', { name: 'Sign in with an API key' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await page.evaluate("document.querySelector('h1').dataset.mark")).toBe('same page');
  });

  test('R-UI-3: the end of a session is told before it comes', async () => {
    opened = await console_.open('OPERATOR');
    const { page } = opened;
    await heading('Overview').waitFor();
    expect(await page.getByText('Your session ends soon').count()).toBe(0);
    await page.clock.install();
    await page.reload();
    await heading('Overview').waitFor();
    await page.clock.fastForward('11:55:00');
    await page.getByRole('alert').getByText('Your session ends soon').waitFor();
    await page.getByRole('button', { name: 'Sign in again' }).click();
    await page.getByRole('dialog').getByLabel('API key').waitFor();
  });

  test('R-UI-3: whoever signs out is out, in all windows', async () => {
    opened = await console_.open('VIEWER');
    const { page, context } = opened;
    await heading('Overview').waitFor();
    const other = await context.newPage();
    await other.goto(console_.url);
    await other.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    await page.getByRole('button', { name: /^Account of/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByLabel('API key').waitFor();
    await other.getByRole('dialog', { name: 'Your session has ended' }).waitFor();
  });

  test('R-UI-3: keys open the help and close it; an address that no page has says so', async () => {
    opened = await console_.open('VIEWER', '/batches/none/such');
    const { page } = opened;
    await heading('There is no such page').waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys and help' }).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'Go to the overview' }).click();
    await heading('Overview').waitFor();
    const answer = await page.goto(`${console_.url}/batchs/1`);
    await heading('There is no such page').waitFor();
    expect(answer?.status()).toBe(404);
  });

  test('R-UI-3: a page whose files cannot be had says so, and is there once they can be', async () => {
    opened = await console_.open('VIEWER');
    const { page } = opened;
    await heading('Overview').waitFor();
    await page.route('**/assets/**', (route) => route.abort());
    await page.getByRole('link', { name: 'Groups' }).click();
    await heading('Something went wrong on this page').waitFor();
    await page.getByRole('button', { name: 'Reload' }).waitFor();
    await page.unroute('**/assets/**');
    await heading('Groups').waitFor();
  });

  test('R-UI-3: signing in by hand in another window brings a page back that was signed out', async () => {
    opened = await console_.open(null);
    await opened.page.getByLabel('API key').waitFor();
    await signIn(opened.context, console_.url, console_.keys.VIEWER);
    await opened.page.evaluate("new BroadcastChannel('updraft.session').postMessage('in')");
    await heading('Overview').waitFor();
  });
});
