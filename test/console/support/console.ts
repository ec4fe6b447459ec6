import { readFileSync } from 'node:fs';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { deviceIdOf } from '../../../schema/model/ids';
import { BROWSER_WAIT_MS, startChromium } from '../../support/chromium';
import { ADMIN, startUpdraft, type Updraft } from '../../support/updraft';

export type ConsoleRole = 'ADMINISTRATOR' | 'OPERATOR' | 'VIEWER';

export interface Opened {
  context: BrowserContext;
  page: Page;
  /** What the page has written to its log as an error, and what its policy has blocked. */
  complaints: string[];
}

export interface ConsoleUnderTest {
  updraft: Updraft;
  url: string;
  browser: Browser;
  keys: Record<ConsoleRole, string>;
  /** A browser of its own, signed in; null: by nobody. At another address where a line is to be cut. */
  open(role: ConsoleRole | null, path?: string, options?: BrowserContextOptions, at?: string): Promise<Opened>;
  stop(): Promise<void>;
}

/** The console as it was built, in a real Chromium, on the real platform. */
export async function startConsole(settings: Record<string, string> = {}): Promise<ConsoleUnderTest> {
  const [updraft, browser] = await Promise.all([startUpdraft(settings), startChromium()]);
  const url = updraft.platform.apiUrl ?? '';
  const { access } = updraft.platform.parts.core;
  const keyOf = async (role: ConsoleRole) => (await access.createKey(ADMIN, { name: `${role.toLowerCase()} of the test`, role })).key;
  const keys = { ADMINISTRATOR: await keyOf('ADMINISTRATOR'), OPERATOR: await keyOf('OPERATOR'), VIEWER: await keyOf('VIEWER') };
  const contexts: BrowserContext[] = [];
  return {
    updraft,
    url,
    browser,
    keys,
    async open(role, path = '/', options = {}, at = url) {
      const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'UTC', viewport: { width: 1280, height: 900 }, ...options });
      contexts.push(context);
      context.setDefaultTimeout(BROWSER_WAIT_MS);
      if (role) await signIn(context, at, keys[role]);
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(error.message));
      await page.goto(at + path);
      return { context, page, complaints };
    },
    async stop() {
      for (const context of contexts) await context.close();
      await browser.close();
      await updraft.stop();
    },
  };
}

export async function signIn(context: BrowserContext, url: string, key: string): Promise<void> {
  const answer = await context.request.post(`${url}/signin`, { headers: { authorization: `Bearer ${key}` } });
  if (!answer.ok()) throw new Error(`The key was refused: ${answer.status()} ${await answer.text()}`);
}

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  id: string;
  help: string;
  nodes: { target: string[]; failureSummary: string }[];
}

/** What a test holds back until something else has happened. */
export function gate(): { opened: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

/** Nothing moves or fades any more that ends at some time: a dialog that opens is small and pale at first. */
const AT_REST = `(async () => {
  for (let calm = 0; calm < 2; ) {
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
    const moving = document.getAnimations().filter(({ effect, playState }) => playState === 'running' && Number.isFinite(effect?.getComputedTiming().endTime));
    await Promise.all(moving.map(({ finished }) => finished.catch(() => undefined)));
    calm = moving.length === 0 ? calm + 1 : 0;
  }
})()`;

export const atRest = (page: Page): Promise<unknown> => page.evaluate(AT_REST);

/** What the page has copied: it does so a moment after the click. */
export async function copied(page: Page, wanted: string): Promise<void> {
  while (!String(await page.evaluate('navigator.clipboard.readText()')).includes(wanted)) await atRest(page);
}

/** The platform knows that they are on-line and what they run: a page that is read once has it then. */
export async function seen({ core, productKey, until }: Updraft, ...deviceNames: string[]): Promise<void> {
  for (const deviceName of deviceNames)
    await until(async () => {
      const device = await core.devices.get(deviceIdOf(productKey, deviceName));
      return device?.online && device.modules.default;
    });
}

/** What axe finds against WCAG 2.2 AA and its best practices, in words; nothing is what is wanted. */
export async function accessibilityProblems(page: Page): Promise<string[]> {
  await atRest(page);
  // By way of the debugger: the policy of the page lets no script in.
  await page.evaluate(AXE);
  const violations = (await page.evaluate('axe.run().then(({ violations }) => violations)')) as Violation[];
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${help}: ${target.join(' ')}: ${failureSummary}`),
  );
}
