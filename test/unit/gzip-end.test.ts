import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createGzip, gzipSync } from 'node:zlib';
import { gzipEnd, type InflateLimits } from '../../core/packages/gzip-end';

const MB = 1024 * 1024;
const LIMITS: InflateLimits = { least: MB, ratio: 20, most: 64 * MB };

/** What is said of a file that comes in pieces. */
async function problemOf(file: Buffer, limits = LIMITS, pieceBytes = 64 * 1024): Promise<string | null> {
  const end = gzipEnd(limits);
  for (let at = 0; at < file.length; at += pieceBytes) await end.update(file.subarray(at, at + pieceBytes));
  return end.problem();
}

/** Of so many bytes that are all the same: the smallest file for the most work. */
const bomb = (bytes: number): Promise<Buffer> =>
  buffer(
    Readable.from(
      (function* () {
        for (let left = bytes; left > 0; left -= MB) yield Buffer.alloc(Math.min(MB, left));
      })(),
    ).pipe(createGzip({ level: 9 })),
  );

test('R-SAFE-3 R-PKG-2 half a megabyte that inflates to half a gigabyte is inflated no further than a file of its size may be', async () => {
  const file = await bomb(512 * MB);
  expect(file.length).toBeLessThan(MB);
  const before = process.cpuUsage();
  expect(await problemOf(file)).toBeNull();
  const { user, system } = process.cpuUsage(before);
  const all = process.cpuUsage();
  expect(await problemOf(file, { least: 512 * MB, ratio: 20, most: 512 * MB })).toBeNull();
  const whole = process.cpuUsage(all);
  // A fraction of the work that all of it is, on whatever machine.
  expect(user + system).toBeLessThan((whole.user + whole.system) / 3);
});

test('R-PKG-2 a file whose bytes do not repeat is looked at to its end, and one that is cut is found', async () => {
  const file = gzipSync(Buffer.concat([randomBytes(2 * MB), Buffer.alloc(4 * MB)]));
  expect(await problemOf(file)).toBeNull();
  expect(await problemOf(file.subarray(0, -9))).toBe('ends before its gzip stream does');
  expect(await problemOf(file.subarray(0, file.length / 2))).toBe('ends before its gzip stream does');
});

test('R-SAFE-3 many at once are all told of, also those that are given up half-way', async () => {
  const file = gzipSync(randomBytes(MB));
  const cut = file.subarray(0, -1);
  const given = gzipEnd(LIMITS);
  const giving = given.update(file.subarray(0, 1000));
  given.close();
  await giving;
  const found = await Promise.all(Array.from({ length: 20 }, (_, index) => problemOf(index % 2 ? cut : file)));
  expect(found).toEqual(Array.from({ length: 20 }, (_, index) => (index % 2 ? 'ends before its gzip stream does' : null)));
});
