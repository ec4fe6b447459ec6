import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { fileEnd } from '../../../core/packages/file-end';
import { formatOf, type PackageFormat } from '../../../schema/model/package/package-format';
import { tarEntry, tarHeaderOf, tarOf } from '../../support/archives';

async function ends(format: PackageFormat, file: Buffer, pieces = [file.length]): Promise<string | null> {
  const end = fileEnd(format);
  try {
    let at = 0;
    for (const piece of [...pieces, file.length]) {
      await end.update(file.subarray(at, at + piece));
      at += piece;
      if (at >= file.length) break;
    }
    return await end.problem();
  } finally {
    end.close();
  }
}

const BLOCK = 512;
/** Of nobody's kind. */
const unread = Buffer.alloc(3 * BLOCK, 'ustar');
const closing = Buffer.alloc(2 * BLOCK);
const content = Buffer.alloc(700, 'x');
const openTar = Buffer.concat([
  tarHeaderOf('folder/', 0, '5'),
  tarEntry('a.bin', content),
  tarEntry('b.bin', Buffer.alloc(0)),
  tarEntry('c.bin', content),
]);
const tar = tarOf(openTar);

const zipOf = (comment = '', files = 100): Buffer => {
  const directory = Buffer.alloc(46, 1);
  directory.write('PK\x01\x02', 'latin1');
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(files, 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([Buffer.alloc(files, 1), directory, end, Buffer.from(comment)]);
};
/** An archive that has another one in it, as it is. */
const nested = Buffer.concat([Buffer.alloc(50, 1), zipOf(), zipOf('', 1)]);

const gzip = gzipSync(Buffer.alloc(100_000, 'firmware '));
/** What OpenWrt puts behind an image: JSON, a signature, and a trailer with its length. */
const metadata = Buffer.concat([
  Buffer.from('{"metadata_version":"1.1","supported_devices":["meter"]}'),
  Buffer.from('FWx0\0\0\0\0\x01\0\0\0\0\0\0\x48'),
]);

const XZ = {
  'one block': '/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4AODABVdADMaSquOd9frclQQxfO7KVR18GhnAAAAAABjmv/RoilPPgABMYQHAAAAPi7C1bHEZ/sCAAAAAARZWg==',
  'a filter and another check': '/Td6WFoAAAFpIt42AgEEACEBFgANhjUf4AD5AAtdADGbyLBTRKmmu0AAAABuvQPSAAEj+gEAAADcjFX4PjANiwIAAAAAAVla',
  'blocks that say how long they are':
    '/Td6WFoAAATm1rRGA8AOgAEhARYAAAAAIoviVOAAfwAGXQAAbthEmAAAAAA/rVBo7WuFzwPADoABIQEWAAAAACKL4lTgAH8ABl0AAG7YRJgAAAAAP61QaO1rhc8DwA6AASEBFgAAAAAii+JU4AB/AAZdAABu2ESYAAAAAD+tUGjta4XPA8AOECEBFgAAAAAA18LPWeAADwAGXQAAbT5LAAAAAABjI2r7Fz+h6QAEJoABJoABJoABJhAAAABL8zKVrCc+LQQAAAAABFla',
};
const xzOf = (name: keyof typeof XZ): Buffer => Buffer.from(XZ[name], 'base64');
const xz = xzOf('one block');
const join = (...parts: Buffer[]): Buffer => Buffer.concat(parts);
const zeros = (count: number): Buffer => Buffer.alloc(count);
const flash = (count: number): Buffer => Buffer.alloc(count, 0xff);

test.each<[string, PackageFormat, Buffer]>([
  ['a tar archive', 'tar', tar],
  ['a tar archive with more padding', 'tar', join(tar, zeros(5_120))],
  ['a tar archive without the blocks that close it', 'tar', openTar],
  ['a tar archive with one of them', 'tar', join(openTar, zeros(BLOCK))],
  ['a tar archive whose last block is not filled up', 'tar', openTar.subarray(0, openTar.length - 324)],
  ['a tar archive with metadata behind it', 'tar', join(tar, metadata)],
  ['a tar archive of nothing', 'tar', closing],
  ['a tar archive whose first header is not read, by its empty blocks', 'tar', join(unread, closing)],
  ['a zip archive', 'zip', zipOf()],
  ['a zip archive with a comment', 'zip', zipOf('made on a Monday PK\x05\x06')],
  ['a zip archive with zeros behind it', 'zip', join(zipOf(), zeros(1_000))],
  ['a zip archive filled up to the size of a chip', 'zip', join(zipOf(), zeros(300_000))],
  ['a zip archive filled up as erased flash is', 'zip', join(zipOf('a comment'), flash(200_000))],
  ['a zip archive with metadata behind it', 'zip', join(zipOf(), metadata)],
  ['a zip archive in a zip archive', 'zip', nested],
  ['an xz stream', 'xz', xz],
  ['an xz stream with a filter', 'xz', xzOf('a filter and another check')],
  ['an xz stream of several blocks', 'xz', xzOf('blocks that say how long they are')],
  ['an xz stream with padding', 'xz', join(xz, zeros(8))],
  ['an xz stream with a lot of padding', 'xz', join(xz, zeros(100_001))],
  ['two xz streams', 'xz', join(xz, zeros(4), xzOf('a filter and another check'))],
  ['an xz stream with metadata behind it', 'xz', join(xz, metadata)],
  ['a gzip stream', 'gzip', gzip],
  ['two gzip streams', 'gzip', join(gzip, gzip)],
  ['a gzip stream with padding', 'gzip', join(gzip, zeros(4_096))],
  ['a gzip stream filled up as erased flash is', 'gzip', join(gzip, flash(4_096))],
  ['an image of OpenWrt', 'gzip', join(gzip, metadata)],
  ['a padded image of OpenWrt', 'gzip', join(gzip, zeros(512), metadata)],
  ['any .bin', 'bin', Buffer.from('x')],
])('R-PKG-2 the end of %s is in order, in whatever pieces it comes', async (_name, format, file) => {
  expect(await ends(format, file)).toBeNull();
  for (const size of [1, 7, 512, 60_000]) {
    if (file.length / size < 20_000) expect(await ends(format, file, Array(Math.ceil(file.length / size)).fill(size))).toBeNull();
  }
});

test.each<[string, PackageFormat, Buffer, string]>([
  ['a tar archive cut in an entry', 'tar', tar.subarray(0, 1_300), 'the last entry'],
  ['a tar archive cut in the last entry', 'tar', openTar.subarray(0, openTar.length - 325), 'the last entry'],
  ['a tar archive cut in a header', 'tar', tar.subarray(0, BLOCK + 300), 'the last entry'],
  ['a tar archive whose first header is not read', 'tar', unread, 'two empty records'],
  ['a zip archive cut in its directory', 'zip', zipOf().subarray(0, 110), 'the directory'],
  ['a zip archive cut in what closes it', 'zip', zipOf().subarray(0, -3), 'the directory'],
  ['a zip archive without its comment', 'zip', zipOf('a comment').subarray(0, -2), 'the directory'],
  ['a zip archive cut after one within it', 'zip', nested.subarray(0, 250), 'the directory'],
  ['a zip archive cut and filled up', 'zip', join(zipOf().subarray(0, 110), zeros(100_000)), 'the directory'],
  ['an xz stream without its footer', 'xz', xz.subarray(0, -13), 'its xz stream'],
  ['an xz stream cut in its footer', 'xz', xz.subarray(0, -1), 'its xz stream'],
  ['an xz stream cut in a block', 'xz', xz.subarray(0, 40), 'its xz stream'],
  ['an xz stream cut between blocks', 'xz', xzOf('blocks that say how long they are').subarray(0, 56), 'its xz stream'],
  ['a second xz stream that is cut', 'xz', join(xz, xz.subarray(0, 50)), 'its xz stream'],
  ['a gzip stream cut in the middle', 'gzip', gzip.subarray(0, 100), 'its gzip stream'],
  ['a gzip stream without its last byte', 'gzip', gzip.subarray(0, -1), 'its gzip stream'],
  ['a second gzip stream that is cut', 'gzip', join(gzip, gzip.subarray(0, 100)), 'its gzip stream'],
])('R-PKG-2 %s is told', async (_name, format, file, words) => {
  expect(await ends(format, file)).toContain(words);
  expect(await ends(format, file, Array(file.length).fill(1))).toContain(words);
});

test('R-PKG-2 wherever an archive is cut in what it holds, that is told', async () => {
  const whole: [PackageFormat, Buffer][] = [
    ['xz', xz],
    ['xz', xzOf('blocks that say how long they are')],
    ['gzip', gzip],
    ['zip', zipOf()],
  ];
  for (const [format, file] of whole)
    for (let length = 12; length < file.length; length++) expect(await ends(format, file.subarray(0, length))).toContain('ends before');
});

test('R-PKG-2 no bytes whatever make the look at a file’s end fail', async () => {
  const formats = fc.constantFrom<PackageFormat>('bin', 'dav', 'pack', 'tar', 'gzip', 'xz', 'zip');
  await fc.assert(
    fc.asyncProperty(formats, fc.uint8Array({ maxLength: 2_048 }), fc.boolean(), async (format, bytes, isXz) => {
      const problem = await ends(format, isXz ? join(xz.subarray(0, 24), Buffer.from(bytes)) : Buffer.from(bytes), [7, 100]);
      expect(problem === null || problem.length > 0).toBe(true);
    }),
  );
});

test('R-PKG-2 .tgz is .tar.gz, and an image of OpenWrt a gzip file', () => {
  expect(['fw.tgz', 'FW.TGZ', 'fw.tar.gz', 'openwrt-sysupgrade.img.gz', '.tgz'].map(formatOf)).toEqual([
    'gzip',
    'gzip',
    'gzip',
    'gzip',
    null,
  ]);
});
