import type { Browser, BrowserContext, Page } from 'playwright-core';
import { servePage } from '../support/browser/page-server';
import { BROWSER_WAIT_MS, describeWithChromium, startChromium } from '../support/chromium';
import { type OidcProvider, startOidcProvider } from '../support/oidc-provider/start';
import { startTestApi, type TestApi } from './support/test-api';

const describeInBrowser = describeWithChromium('R-UI-4, sign-in with a browser, and what its cookies are kept from');

describeInBrowser('R-UI-4 in a real browser', () => {
  let browser: Browser;
  let api: TestApi;
  let provider: OidcProvider;
  let elsewhere: Awaited<ReturnType<typeof servePage>>;
  let context: BrowserContext;
  let page: Page;
  beforeAll(async () => {
    [browser, provider, elsewhere] = await Promise.all([startChromium(), startOidcProvider(), servePage()]);
    api = await startTestApi({ access: { issuers: [provider.issuer], session: { idleMinutes: 60, hours: 12 } } });
    await provider.begin(api.url);
  });
  afterAll(async () => {
    await browser?.close();
    await Promise.all([provider?.stop(), elsewhere?.stop()]);
    await api?.stop();
  });
  beforeEach(async () => {
    context = await browser.newContext();
    context.setDefaultTimeout(BROWSER_WAIT_MS);
    page = await context.newPage();
  });
  afterEach(() => context.close());

  const openLink = async () => page.goto(`${api.url}/signin/link?token=${await api.core.access.createSignInLink()}`);
  /** As a script of the page would ask. */
  const asked = (from: Page, url: string) =>
    from.evaluate(`fetch(${JSON.stringify(url)}, { method: 'POST', credentials: 'include', headers: { 'content-type': 'application/json' }, body: '{"query":"{ viewer { name role } }"}' })
      .then((answer) => answer.status, () => 'blocked')`);

  test('R-UI-4 R-UI-1 the link of a start leads to the explorer, which asks without a key, over HTTP and WebSocket', async () => {
    await openLink();
    expect(page.url()).toBe(`${api.url}/explorer/`);
    // The body is read as it comes: a browser with little room forgets it.
    const answered = page
      .waitForResponse((response) => response.request().postData()?.includes('batches(first') === true)
      .then(async (response) => [response.status(), await response.json()]);
    await page.locator('.cm-line').filter({ hasText: 'batches(first' }).first().waitFor();
    await page.getByText('Send Request').first().click();
    expect(await answered).toMatchObject([200, { data: { viewer: { role: 'ADMINISTRATOR' } } }]);
    const greeted = await page.evaluate(`new Promise((resolve) => {
      const socket = new WebSocket(${JSON.stringify(api.graphqlUrl.replace('http', 'ws'))}, 'graphql-transport-ws');
      socket.onopen = () => socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: 'Bearer ' } }));
      socket.onmessage = ({ data }) => resolve(JSON.parse(data).type);
      socket.onclose = ({ code }) => resolve(code);
    })`);
    expect(greeted).toBe('connection_ack');
  });

  test('R-UI-4 a script cannot read the cookie, and a page of another port or host does nothing with it', async () => {
    await openLink();
    expect(await page.evaluate('document.cookie')).toBe('');
    expect(await asked(page, api.graphqlUrl)).toBe(200);
    const other = await context.newPage();
    await other.goto(elsewhere.origin);
    expect(await asked(other, api.graphqlUrl)).toBe('blocked');
    const form = `const form = Object.assign(document.createElement('form'), { method: 'post', action: '${api.url}/signout' }); document.body.append(form); form.submit();`;
    await Promise.all([other.waitForURL(`${api.url}/signout`), other.evaluate(form)]);
    expect(await asked(page, api.graphqlUrl)).toBe(200);
  });

  test('R-UI-4 a person signs in by a provider of another site, and is signed in', async () => {
    await page.goto(`${api.url}/signin`);
    await page.getByText('Sign in with Example Inc.').click();
    await page.waitForURL(({ host }) => host === new URL(provider.url).host);
    await page.fill('input[name=login]', 'ada');
    await page.fill('input[name=password]', 'x');
    await page.click('button[type=submit]');
    // Of the page that comes next: the one before has a button of this kind as well.
    await page.getByText('Continue').click();
    await page.waitForURL(`${api.url}/explorer/`);
    expect(await asked(page, api.graphqlUrl)).toBe(200);
    const cookies = await context.cookies(api.url);
    expect(cookies.map(({ name, httpOnly, sameSite }) => ({ name, httpOnly, sameSite }))).toEqual([
      { name: `updraft-session-${new URL(api.url).port}`, httpOnly: true, sameSite: 'Strict' },
    ]);
  });

  test('R-UI-4 the page takes an API key, and says so when it is none', async () => {
    await page.goto(`${api.url}/signin`);
    await page.fill('input[name=key]', 'updraft_wrong');
    await page.click('button');
    await page.getByRole('alert').getByText('No API key').waitFor();
    await page.fill('input[name=key]', api.keys.operator);
    await page.click('button');
    await page.waitForURL(`${api.url}/explorer/`);
    expect(await asked(page, api.graphqlUrl)).toBe(200);
  });
});
