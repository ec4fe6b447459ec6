import { stripVTControlCharacters } from 'node:util';
import { picture, plainLine } from '../../../demo/picture';
import { coloured, paintFor, plain } from '../../../demo/spans';
import { tell } from '../../../demo/state';
import { seconds, stateOf, task } from './builders';

const LONGEST = 'INTEGRITY_CHECK_FAILURE_FOR_NEW_DOWNLOADED_PACKAGE';
const CAUSES = [LONGEST, 'DOWNLOAD_FAILED', 'DEVICE_UPGRADE_TIMEOUT', 'PACKAGE_INSTALLATION_FAILURE', 'FIRMWARE_UPDATE_FAILED'] as const;

/** Everything at once: every status, more causes and events than there is room for. */
function busyState() {
  const state = stateOf([
    ...Array.from({ length: 90 }, (_, n) => task(`meter-${n}`, { status: 'SUCCEEDED', waitingFor: null })),
    ...CAUSES.map((code) => task(`bad-${code}`, { status: 'FAILED', waitingFor: null, cause: { code } })),
    task('meter-x', { status: 'CANCELED', waitingFor: null }),
    task('meter-slow', { status: 'IN_PROGRESS', waitingFor: 'TARGET_VERSION', progress: 60 }),
  ]);
  for (let n = 0; n < 12; n += 1) tell(state, { at: seconds(n), kind: 'bad', text: `meter-${n} failed: ${LONGEST}` });
  return state;
}

const draw = (columns: number, rows: number, paint = plain) => picture(busyState(), { columns, rows, now: seconds(83), paint });

test.each([
  [80, 24],
  [60, 24],
  [80, 10],
  [200, 60],
  [20, 3],
])('the picture fits %i columns and %i rows', (columns, rows) => {
  for (const paint of [plain, coloured]) {
    const lines = draw(columns, rows, paint).map(stripVTControlCharacters);
    expect(lines.length).toBeLessThanOrEqual(rows);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
  }
});

test('in 80 columns and 23 rows everything a viewer wants is there', () => {
  const text = draw(80, 23).join('\n');
  expect(text).toContain('app.bin (1 MiB) as 2.0.0 to 97 devices');
  expect(text).toMatch(/RUNNING {2}1:23/);
  expect(text).toMatch(/Succeeded +█+░+ +90/);
  expect(text).toMatch(/Canceled +█░+ +1$/m);
  expect(text).not.toContain('Unconfirmed');
  expect(text).toMatch(/Dialects +Link 48 of 49 done · IoTDA 48 of 48 done/);
  expect(text).toMatch(/600 devices a minute asked, 598 reached/);
  expect(text).toMatch(/Waiting +none$/m);
  expect(text).toContain('meter-slow waits for its new version (at 60 %), no news for 1:23');
  expect(text).toMatch(/DOWNLOAD_FAILED +1 failed +0 retried/);
  expect(text).toContain('and 2 more causes');
  expect(text).toContain('meter-11 failed');
  expect(text).not.toContain('meter-1 failed');
});

test('a bar shows one device among thousands, and none where there is none', () => {
  const lines = picture(stateOf([task('meter-1')], 5_000), { columns: 80, rows: 24, now: seconds(0), paint: plain });
  expect(lines.find((line) => line.startsWith('Queued'))).toContain('█');
  expect(lines.find((line) => line.startsWith('Failed'))).not.toContain('█');
});

test('without failures and events their sections are left out', () => {
  const lines = picture(stateOf([task('meter-1')]), { columns: 80, rows: 24, now: seconds(1), paint: plain });
  expect(lines.join('\n')).not.toMatch(/Failures by cause|Last events/);
  expect(lines).toHaveLength(12);
});

test('what holds devices back is counted, what they are at is not', () => {
  const state = stateOf([
    task('meter-1'),
    task('meter-2', { waitingFor: 'DEVICE_OFFLINE' }),
    task('meter-3', { waitingFor: 'DEVICE_OFFLINE' }),
    task('meter-4', { status: 'IN_PROGRESS', waitingFor: 'TARGET_VERSION' }),
    task('meter-8', { status: 'IN_PROGRESS', waitingFor: 'DEVICE_OFFLINE' }),
    ...[5, 6, 7].map((n) => task(`meter-${n}`, { waitingFor: 'CELL_SLOT' })),
  ]);
  const lines = picture(state, { columns: 80, rows: 24, now: seconds(1), paint: plain });
  expect(lines).toContain('Waiting      3 for a cell slot · 2 off-line · 1 for their turn');
  expect(plainLine(state, seconds(1))).toMatch(/ · waiting: 3 for a cell slot, 2 off-line, 1 for their turn$/);
});

test('colours only on a terminal, and not with NO_COLOR', () => {
  expect(paintFor({ isTTY: true }, {})).toBe(coloured);
  expect(paintFor({ isTTY: true }, { NO_COLOR: '1' })).toBe(plain);
  expect(paintFor({ isTTY: true }, { TERM: 'dumb' })).toBe(plain);
  expect(paintFor({ isTTY: false }, {})).toBe(plain);
});

test('where there is no terminal the same is said in a line', () => {
  expect(plainLine(busyState(), seconds(83))).toBe(
    '1:23  queued 0 · notified 0 · in progress 1 · succeeded 90 · failed 5 · canceled 1 · 598 of 600 a minute',
  );
});
