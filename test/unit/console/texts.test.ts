import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expiryOf, WARNING_MS } from '../../../console/src/app/session/expiry';
import { elapsed } from '../../../console/src/components/elapsed';
import { createFormats } from '../../../console/src/i18n/formats';
import { localeOf } from '../../../console/src/i18n/locales';

test('R-UI-3: every text of the console is in the catalogues, translated, with all of its placeholders, and none is there for nothing', () => {
  const script = join(__dirname, '../../../console/build/check-catalogues.mjs');
  const { stdout, status } = spawnSync(process.execPath, [script], { encoding: 'utf8' });
  expect(stdout).toMatch(/^\d+ texts, 0 wrong\n$/);
  expect(status).toBe(0);
});

test.each([
  [null, ['zh-CN', 'en'], 'zh'],
  [null, ['fr', 'en-US'], 'en'],
  [null, ['fr'], 'en'],
  ['en', ['zh-CN'], 'en'],
  ['tlh', ['zh-TW'], 'zh'],
])('R-UI-3: whoever chose %j and whose browser speaks %j gets %s', (chosen, languages, locale) => {
  expect(localeOf(chosen, languages)).toBe(locale);
});

test('R-UI-3: a part is never shown as nothing or as all of it before it is', () => {
  const { percent, count, bytes } = createFormats('en');
  expect([percent(0, 100_000), percent(1, 100_000), percent(99_999, 100_000), percent(5, 5), percent(0, 0)]).toEqual([
    '0%',
    '0.1%',
    '99.9%',
    '100%',
    '0%',
  ]);
  expect([count(1_000_000), bytes('0'), bytes(1_536), bytes(String(5 * 1_024 ** 3))]).toEqual(['1,000,000', '0 bytes', '1.5 kB', '5 GB']);
});

test('R-UI-3: how long ago, in the largest unit there is one of', () => {
  const now = new Date('2026-06-01T12:00:00Z');
  const told = ['2026-06-01T12:00:00Z', '2026-06-01T11:59:01Z', '2026-06-01T10:00:30Z', '2026-05-29T12:00:00Z', '2026-06-01T12:05:00Z'];
  expect(told.map((at) => elapsed(new Date(at), now, 'en'))).toEqual(['now', '59 seconds ago', '1 hour ago', '3 days ago', 'in 5 minutes']);
});

test('R-UI-3: the end of a session is told ten minutes before, and looked at again in time', () => {
  const at = new Date('2026-06-01T12:00:00Z');
  const ago = (ms: number): Date => new Date(at.getTime() - ms);
  expect(expiryOf(at, ago(3_600_000))).toEqual({ due: 'later', lookInMs: 3_600_000 - WARNING_MS });
  expect(expiryOf(at, ago(60_000))).toEqual({ due: 'soon', lookInMs: 60_000 });
  expect(expiryOf(at, at)).toEqual({ due: 'now' });
  expect(expiryOf(at, ago(90 * 24 * 3_600_000))).toMatchObject({ due: 'later', lookInMs: 24 * 3_600_000 });
});
