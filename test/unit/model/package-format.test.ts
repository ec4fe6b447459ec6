import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import {
  formatOf,
  MAGIC_BYTES_NEEDED,
  matchesFormat,
  PACKAGE_SUFFIXES,
  type PackageFormat,
} from '../../../schema/model/package/package-format';

const formats: PackageFormat[] = ['bin', 'dav', 'pack', 'tar', 'gzip', 'xz', 'zip'];
const tarHeader = (): Buffer => {
  const header = Buffer.alloc(512);
  header.write('a.txt', 0);
  header.write('ustar\0', 257);
  return header;
};
const xz = Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00, 0x00]);

describe('R-PKG-2 package formats', () => {
  test.each<[string, PackageFormat | null]>([
    ['app.bin', 'bin'],
    ['app.dav', 'dav'],
    ['app.tar', 'tar'],
    ['app.gz', 'gzip'],
    ['app.zip', 'zip'],
    ['app.gzip', 'gzip'],
    ['app.apk', 'zip'],
    ['app.tar.gz', 'gzip'],
    ['app.tar.xz', 'xz'],
    ['app.pack', 'pack'],
    ['APP.TAR.XZ', 'xz'],
    ['app.zip.bin', 'bin'],
    ['app.xz', null],
    ['app.exe', null],
    ['app.bin.sh', null],
    ['app.bin ', null],
    ['bin', null],
    ['.bin', null],
    ['', null],
  ])('R-PKG-2 %j is taken for %s', (name, format) => {
    expect(formatOf(name)).toBe(format);
  });

  test('R-PKG-2 the suffixes taken are the ten of the rule, and .tgz for .tar.gz', () => {
    expect([...PACKAGE_SUFFIXES].sort()).toEqual([
      '.apk',
      '.bin',
      '.dav',
      '.gz',
      '.gzip',
      '.pack',
      '.tar',
      '.tar.gz',
      '.tar.xz',
      '.tgz',
      '.zip',
    ]);
  });

  test.each<[string, PackageFormat, Uint8Array, boolean]>([
    ['a gzip file', 'gzip', gzipSync('firmware'), true],
    ['a zip file', 'gzip', Buffer.from('PK\x03\x04rest'), false],
    ['one byte of gzip', 'gzip', Buffer.from([0x1f]), false],
    ['an xz file', 'xz', xz, true],
    ['five bytes of xz', 'xz', xz.subarray(0, 5), false],
    ['a zip file', 'zip', Buffer.from('PK\x03\x04rest'), true],
    ['an empty archive', 'zip', Buffer.from(`PK\x05\x06${'\0'.repeat(18)}`), true],
    ['text that begins with PK', 'zip', Buffer.from('PKfirmware'), false],
    ['a tar header', 'tar', tarHeader(), true],
    ['the first 261 bytes of a tar header', 'tar', tarHeader().subarray(0, 261), false],
    ['the first 262 bytes of a tar header', 'tar', tarHeader().subarray(0, 262), true],
    ['a gzip file', 'tar', gzipSync('firmware'), false],
  ])('R-PKG-2 %s as %s', (_what, format, bytes, expected) => {
    expect(matchesFormat(format, bytes)).toBe(expected);
  });

  test('R-PKG-2 .bin, .dav and .pack take any bytes, even none', () => {
    fc.assert(
      fc.property(fc.constantFrom<PackageFormat>('bin', 'dav', 'pack'), fc.uint8Array(), (format, bytes) => matchesFormat(format, bytes)),
    );
  });

  test('R-PKG-2 what follows the bytes needed never changes the answer', () => {
    expect(MAGIC_BYTES_NEEDED).toBe(262);
    const heads = fc.oneof(fc.uint8Array({ maxLength: 400 }), fc.constantFrom<Uint8Array>(xz, gzipSync('x'), tarHeader()));
    fc.assert(
      fc.property(fc.constantFrom(...formats), heads, fc.uint8Array({ maxLength: 300 }), (format, head, tail) => {
        const bytes = Buffer.concat([head, tail]);
        expect(matchesFormat(format, bytes)).toBe(matchesFormat(format, bytes.subarray(0, MAGIC_BYTES_NEEDED)));
      }),
    );
  });

  test('R-PKG-2 a name has a format exactly when it ends in a suffix that is taken', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.constantFrom(...PACKAGE_SUFFIXES, '.exe', '.xz', ''), (stem, suffix) => {
        const name = stem + suffix;
        const takes = PACKAGE_SUFFIXES.some((each) => name.toLowerCase().endsWith(each) && name.length > each.length);
        expect(formatOf(name) !== null).toBe(takes);
      }),
    );
  });
});
