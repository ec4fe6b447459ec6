import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OptionsError, readOptions, USAGE } from '../../../demo/options';

const folder = mkdtempSync(join(tmpdir(), 'updraft-demo-'));
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, content: string | Buffer = 'firmware'): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

function problems(...args: string[]): readonly string[] {
  try {
    readOptions(args);
  } catch (error) {
    if (error instanceof OptionsError) return error.problems;
    throw error;
  }
  return [];
}

test('without options 200 devices of all dialects get a generated image at 600 a minute, and the platform stays', () => {
  expect(readOptions([])).toEqual({ devices: 200, rate: 600, dialect: 'mixed', packageFile: null, exit: false, help: false });
});

test('a path is taken from where the command was typed, and dashes before the options are passed over', () => {
  const path = file('near.bin');
  expect(readOptions(['--', '--package', 'near.bin'], folder).packageFile).toBe(path);
});

test('options are taken with a blank or an equals sign', () => {
  const path = file('app.bin');
  expect(readOptions(['--devices', '1', '--rate=10000', '--dialect', 'IoTDA', '--package', path, '--exit'])).toEqual({
    ...{ devices: 1, rate: 10_000, dialect: 'iotda', packageFile: path, exit: true, help: false },
  });
});

test.each([
  [['--devices', '0'], /--devices is "0": give a whole number from 1 to 5,000/],
  [['--devices', '5001'], /--devices is "5001"/],
  [['--devices', '1.5'], /--devices is "1.5"/],
  [['--rate', '9'], /--rate is "9": give a whole number from 10 to 10,000/],
  [['--rate', '10001'], /--rate is "10001"/],
  [['--rate', 'x'.repeat(500)], /--rate is "x{40}": give/],
  [['--dialect', 'mqtt'], /--dialect is "mqtt": give one of link, iotda, lwm2m, mixed\./],
  [['--dialect', ''], /--dialect is ""/],
  [['--speed', '9'], /'--speed'/],
  [['--devices'], /--devices/],
  [['--exit=yes'], /--exit/],
  [['200'], /'200'/],
])('%j is refused with a message that names it', (args, message) => {
  expect(problems(...args)).toEqual([expect.stringMatching(message)]);
});

test('everything wrong with the command line is said at once', () => {
  expect(problems('--devices', '0', '--rate', '1', '--package', join(folder, 'none.bin'))).toHaveLength(3);
});

test.each([
  ['a missing file', () => join(folder, 'none.bin'), /there is no file/],
  ['a folder', () => folder, /is not a file/],
  ['an empty file', () => file('empty.bin', ''), /is empty/],
  ['another format', () => file('firmware.exe'), /no format that is taken.*\.bin/],
  ['a .zip that is none', () => file('fake.zip', 'no archive'), /does not begin like a zip file/],
  ['a name devices fail on', () => file('固件.bin'), /file name takes only/],
])('R-PKG-2 %s is refused before anything is started', (_what, path, message) => {
  expect(problems('--package', path())).toEqual([expect.stringMatching(message)]);
});

test('--help is answered whatever else is wrong with the values', () => {
  expect(readOptions(['--devices', '0', '-h']).help).toBe(true);
  for (const option of ['--devices', '--rate', '--dialect', '--package', '--exit', '--help']) expect(USAGE).toContain(option);
});
