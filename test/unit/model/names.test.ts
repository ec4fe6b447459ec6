import fc from 'fast-check';
import { moduleViolation, packageVersionViolation, reportedVersionViolation } from '../../../schema/model/device/module-version';
import {
  cityViolation,
  deviceNameViolation,
  deviceSecretViolation,
  deviceTagKeyViolation,
  deviceTagValueViolation,
  fileNameViolation,
  packageNameViolation,
  productKeyViolation,
  provinceViolation,
} from '../../../schema/model/names';

const checks = {
  productKey: productKeyViolation,
  packageName: packageNameViolation,
  module: moduleViolation,
  version: packageVersionViolation,
  reportedVersion: reportedVersionViolation,
  deviceName: deviceNameViolation,
  deviceSecret: deviceSecretViolation,
  fileName: fileNameViolation,
  province: provinceViolation,
  city: cityViolation,
  tagKey: deviceTagKeyViolation,
  tagValue: deviceTagValueViolation,
};
type Kind = keyof typeof checks;

const taken: [Kind, string[]][] = [
  ['productKey', ['abcd', 'a1B2c3D4e5F', 'A'.repeat(32)]],
  ['packageName', ['meter', 'main_v2', '2024', 'a'.repeat(32), 'end_']],
  ['module', ['default', 'm', 'mcu-1_b', '_x', 'MCU', 'barcodeScanner', 'wifi.fw', '.', '__proto__', 'constructor', '0', 'a'.repeat(64)]],
  ['version', ['1', '1.0.0', 'V2.0-rc_1', '1.0.0+build.5', '1.2.3~rc1', '.', 'a'.repeat(64)]],
  ['reportedVersion', ['1.2.3+4', 'V1.0(2024)', 'a,b', '$ne', '{"v":1}', '1/0', '版本1', 'Ü', '1=2', '👍', 'a'.repeat(64)]],
  ['deviceName', ['meter-0001', 'a_b.c:d@e', '0a1b', 'a'.repeat(32)]],
  ['deviceSecret', ['0123456789abcdef', 'with a blank & $igns~', 'x'.repeat(64)]],
  ['fileName', ['app.bin', 'a b (1).tar.gz', 'Zähler-Förmware.bin', 'прошивка.bin', '..bin', 'a'.repeat(128)]],
  ['province', ['浙江', 'Île-de-France', 'New South Wales', 'a'.repeat(64)]],
  ['city', ['杭州', 'Zürich', 'a']],
  ['tagKey', ['site', 'rack-1_A', 'a'.repeat(32)]],
  ['tagValue', ['a', 'building 7, floor 3', '楼', 'a'.repeat(128)]],
];

const refused: [Kind, string[]][] = [
  ['province', ['a'.repeat(65), ' x', 'x ', 'a\nb', '\u2028']],
  ['city', ['a'.repeat(65), ' ', 'a\u0000']],
  ['tagKey', ['a'.repeat(33), 'a.b', '$a', 'a b', '__proto__']],
  ['tagValue', ['a'.repeat(129), 'a\tb', 'a\u202eb']],
  ['productKey', ['abc', 'A'.repeat(33), 'ab.cd', 'ab_cd', 'ab|cd', 'abcd\n', 'ключ']],
  ['packageName', ['abc', 'a'.repeat(33), '_main', 'main-v2', 'main v2', 'main\n']],
  ['module', ['a'.repeat(65), 'a$b', '$set', 'a b', 'a%2eb', 'a=b', 'a/b', 'ｍｃｕ', 'mcu\n', 'a\0b']],
  ['version', ['a'.repeat(65), '1.0 ', '1/0', '1,0', '1.0\n', '版本1']],
  [
    'reportedVersion',
    ['a'.repeat(65), '1.0 rc1', '1.0\n', '1\t0', '1\u00a00', '1\u20280', 'a\u0000', '1\u200b0', 'a\u202eb', '\ud800', '\u3164'],
  ],
  ['deviceName', ['abc', 'a'.repeat(33), 'a/bc', 'a+bc', 'a#bc', 'a&bc', 'a bc', 'a|bc']],
  ['deviceSecret', ['short', 'x'.repeat(15), 'x'.repeat(65), 'tab\there-0123456', 'ünprintable-0123']],
  [
    'fileName',
    [
      'a'.repeat(129),
      'a/b.bin',
      'a\\b.bin',
      '.',
      '..',
      'a\0.bin',
      'a\r\nb.bin',
      '固件.bin',
      '𠀀.bin',
      'ファーム.bin',
      '펌웨어.bin',
      '（1）.bin',
      'a\u202ebin.exe',
      '\ud800.bin',
    ],
  ],
];

const rows = (table: [Kind, string[]][]): [Kind, string][] =>
  table.flatMap(([kind, values]) => values.map((value): [Kind, string] => [kind, value]));

describe('R-PKG-3 names', () => {
  test.each(rows(taken))('R-PKG-3 %s takes %j', (kind, value) => {
    expect(checks[kind](value, 'input.x')).toBeNull();
  });

  test.each(rows(refused))('R-PKG-3 %s refuses %j', (kind, value) => {
    expect(checks[kind](value, 'input.x')).toMatchObject({ code: 'INVALID_FORMAT', field: 'input.x' });
  });

  test.each(Object.keys(checks) as Kind[])('R-PKG-3 a missing %s is required', (kind) => {
    for (const nothing of ['', null, undefined])
      expect(checks[kind](nothing, 'input.x')).toMatchObject({ code: 'REQUIRED', field: 'input.x' });
  });

  test.each(Object.keys(checks) as Kind[])(
    'R-PKG-3 any value at all is answered by %s, with a hint and a limit, and a text is never quoted',
    (kind) => {
      fc.assert(
        fc.property(fc.oneof(fc.anything(), fc.string({ unit: 'binary', maxLength: 200 })), (value) => {
          const violation = checks[kind](value, 'input.x');
          if (typeof value !== 'string') expect(violation).not.toBeNull();
          if (violation === null) return;
          expect(violation.hint).not.toBe('');
          expect(violation.limit).not.toBe('');
          if (typeof value === 'string' && value.length > 12) expect(JSON.stringify(violation)).not.toContain(value);
        }),
      );
    },
  );

  test('R-PKG-3 a name of letters and digits of the right length is taken wherever it is', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9]{16,32}$/), (value) => Object.values(checks).every((check) => check(value, 'x') === null)),
    );
  });
});
