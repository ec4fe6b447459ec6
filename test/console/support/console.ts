import { readFileSync } from 'node:fs';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { startChromium } from '../../support/chromium';
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

const WAIT_MS = 300_000;

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
      // An end to waiting, and not a measure of the machine.
      context.setDefaultTimeout(WAIT_MS);
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

/** What axe finds against WCAG 2.2 AA and its best practices, in words; nothing is what is wanted. */
export async function accessibilityProblems(page: Page): Promise<string[]> {
  // By way of the debugger: the policy of the page lets no script in.
  await page.evaluate(AXE);
  const violations = (await page.evaluate('axe.run().then(({ violations }) => violations)')) as Violation[];
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${help}: ${target.join(' ')}: ${failureSummary}`),
  );
}
