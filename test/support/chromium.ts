import { type Browser, chromium } from 'playwright-core';
import { canHaveProgram, debianProgram } from './debian-program';

export const CHROMIUM = {
  name: 'chromium-headless-shell',
  package: 'chromium-headless-shell',
  variable: 'UPDRAFT_TEST_CHROMIUM',
  others: ['chromium', 'google-chrome'],
  at: 'usr/lib/chromium/chromium-headless-shell',
};

/** For how long a page is waited for: an end to waiting, and not a measure of the machine. */
export const BROWSER_WAIT_MS = 300_000;

/** A real Chromium without a window: the machine's, or Debian's, unpacked. Throws without one. */
export async function startChromium(env: NodeJS.ProcessEnv = process.env): Promise<Browser> {
  const { path, env: itsOwn } = await debianProgram(CHROMIUM, env);
  const set = Object.entries(itsOwn).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return chromium.launch({ executablePath: path, env: Object.fromEntries(set), timeout: BROWSER_WAIT_MS });
}

/** `describe`, or where Chromium can't be had: a line that says what stays unproven, and nothing run. */
export function describeWithChromium(what: string): typeof describe | typeof describe.skip {
  if (canHaveProgram(CHROMIUM, process.env)) return describe;
  console.warn(`NOT PROVEN here: ${what}. It needs Chromium, or its path in ${CHROMIUM.variable}.`);
  return describe.skip;
}
