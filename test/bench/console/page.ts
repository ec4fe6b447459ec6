import { setTimeout as delay } from 'node:timers/promises';
import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core';
import { PROBE } from './probe';

/** A page of the console that is measured from the inside. */
export interface MeasuredPage {
  page: Page;
  /** Evaluates an expression over `probe`. */
  read<T>(expression: string): Promise<T>;
  /** Bytes in use by scripts, after a collection. */
  heapBytes(): Promise<number>;
  /** How long its main thread has worked so far. */
  busySeconds(): Promise<number>;
  close(): Promise<void>;
}

export const VIEWPORT = { width: 1280, height: 900 };

/** In a context of its own, with an empty cache. */
export async function openMeasured(browser: Browser, url: string, key: string, path: string): Promise<MeasuredPage> {
  const context: BrowserContext = await browser.newContext({ locale: 'en-GB', timezoneId: 'UTC', viewport: VIEWPORT });
  const answer = await context.request.post(`${url}/signin`, { headers: { authorization: `Bearer ${key}` } });
  if (!answer.ok()) throw new Error(`The key was refused: ${answer.status()}.`);
  await context.addInitScript(PROBE);
  const page = await context.newPage();
  const session: CDPSession = await context.newCDPSession(page);
  await session.send('Performance.enable');
  await page.goto(url + path, { waitUntil: 'commit' });
  return {
    page,
    read: <T>(expression: string) => page.evaluate(expression) as Promise<T>,
    async heapBytes() {
      await session.send('HeapProfiler.collectGarbage');
      return (await session.send('Runtime.getHeapUsage')).usedSize;
    },
    async busySeconds() {
      const { metrics } = await session.send('Performance.getMetrics');
      return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0;
    },
    close: () => context.close(),
  };
}

/** Until an expression over the page is true; looked at by the debugger, since the policy of the page lets no text be run. */
export async function until(measured: MeasuredPage, expression: string, withinMs: number): Promise<void> {
  for (const end = Date.now() + withinMs; !(await measured.read<boolean>(expression)); await delay(100))
    if (Date.now() > end) throw new Error(`Not within ${withinMs / 1_000} s: ${expression}`);
}
