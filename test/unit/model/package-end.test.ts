import fc from 'fast-check';
import { END_BYTES_NEEDED, endProblem } from '../../../schema/model/package-end';
import type { PackageFormat } from '../../../schema/model/package-format';

const ends = (format: PackageFormat, file: Buffer): string | null =>
  endProblem(format, file.subarray(Math.max(0, file.length - END_BYTES_NEEDED[format])), file.length);

const tar = Buffer.concat([Buffer.alloc(1_536, 1), Buffer.alloc(1_024)]);
const zipOf = (comment = ''): Buffer => {
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([Buffer.alloc(100, 1), end, Buffer.from(comment)]);
};
const xz = Buffer.concat([Buffer.alloc(66, 1), Buffer.from('YZ')]);

test.each<[string, PackageFormat, Buffer]>([
  ['a tar archive', 'tar', tar],
  ['a tar archive with more padding', 'tar', Buffer.concat([tar, Buffer.alloc(5_120)])],
  ['a zip archive', 'zip', zipOf()],
  ['a zip archive with a comment', 'zip', zipOf('made on a Monday PK\x05\x06')],
  ['an xz stream', 'xz', xz],
  ['an xz stream with padding', 'xz', Buffer.concat([xz, Buffer.alloc(8)])],
  ['any .bin', 'bin', Buffer.from('x')],
])('R-PKG-2 the end of %s is in order', (_name, format, file) => {
  expect(ends(format, file)).toBeNull();
});

test.each<[string, PackageFormat, Buffer, string]>([
  ['a tar archive cut within a record', 'tar', tar.subarray(0, 2_000), 'no whole records'],
  ['a tar archive cut after a record', 'tar', tar.subarray(0, 2_048), 'two empty records'],
  ['a tar archive of one record', 'tar', tar.subarray(0, 512), 'two empty records'],
  ['a zip archive cut in its directory', 'zip', zipOf().subarray(0, 110), 'the directory'],
  ['a zip archive without its comment', 'zip', zipOf('a comment').subarray(0, 125), 'the directory'],
  ['an xz stream without its footer', 'xz', xz.subarray(0, 64), 'the footer'],
  ['an xz stream with a byte too many', 'xz', Buffer.concat([xz, Buffer.alloc(1)]), 'the footer'],
])('R-PKG-2 %s is told', (_name, format, file, words) => {
  expect(ends(format, file)).toContain(words);
});

test('R-PKG-2 no bytes whatever make the look at a file’s end fail', () => {
  const formats = fc.constantFrom(...(Object.keys(END_BYTES_NEEDED) as PackageFormat[]));
  fc.assert(
    fc.property(formats, fc.uint8Array({ maxLength: 2_048 }), (format, bytes) => {
      const problem = endProblem(format, bytes, bytes.length);
      expect(problem === null || problem.length > 0).toBe(true);
    }),
  );
});
