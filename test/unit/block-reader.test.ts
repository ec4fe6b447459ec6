import { Readable } from 'node:stream';
import fc from 'fast-check';
import { type BlockReaderSettings, createBlockReader } from '../../core/downloads/block-reader';
import { storeSource } from '../../core/downloads/block-source';
import { collected } from '../support/collected';

const BYTES = Buffer.from(Array.from({ length: 1_000 }, (_, index) => index % 251));
const file = { fileId: 'a', size: BYTES.length };

/** A store that counts what is fetched of it. */
function reading(settings: Partial<BlockReaderSettings> = {}) {
  const fetched: number[] = [];
  let open = 0;
  let mostOpen = 0;
  const state = { failing: false };
  const reader = createBlockReader(
    storeSource({
      read: (_fileId, { start, end }) =>
        Readable.from(
          (async function* () {
            fetched.push(start);
            open += 1;
            mostOpen = Math.max(mostOpen, open);
            await new Promise(setImmediate);
            open -= 1;
            if (state.failing) throw new Error('no store');
            yield BYTES.subarray(start, end + 1);
          })(),
          { objectMode: false },
        ),
    }),
    { blockBytes: 100, blocks: 8, ahead: 1, fetches: 2, ...settings },
  );
  return { reader, fetched, state, mostOpen: () => mostOpen };
}

test('R-DL-6 any range, read in pieces or at once, is the bytes of the file', async () => {
  const { reader } = reading();
  const place = fc.tuple(fc.nat(999), fc.nat(999)).map(([a, b]) => ({ start: Math.min(a, b), end: Math.max(a, b) }));
  await fc.assert(
    fc.asyncProperty(place, async ({ start, end }) => {
      const expected = BYTES.subarray(start, end + 1);
      expect((await collected(reader.read(file, { start, end }))).equals(expected)).toBe(true);
      expect((await reader.slice(file, start, end - start + 1)).equals(expected)).toBe(true);
    }),
  );
});

test('R-DL-6 a block is fetched once for all who want it at the same time or soon', async () => {
  const { reader, fetched } = reading({ blocks: 16 });
  const whole = { start: 0, end: 999 };
  await Promise.all(Array.from({ length: 20 }, () => collected(reader.read(file, whole))));
  await collected(reader.read(file, whole));
  for (let offset = 0; offset < 1_000; offset += 7) await reader.slice(file, offset, 1);
  expect(fetched.toSorted((a, b) => a - b)).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900]);
});

test('R-DL-6 no more blocks are fetched at a time than allowed, however many read', async () => {
  const { reader, mostOpen } = reading({ fetches: 3 });
  await Promise.all(Array.from({ length: 10 }, (_, index) => collected(reader.read(file, { start: index * 100, end: 999 }))));
  expect(mostOpen()).toBe(3);
});

test('R-DL-6 a reader that stops is followed by nothing but what was fetched ahead', async () => {
  const { reader, fetched } = reading();
  for await (const piece of reader.read(file, { start: 0, end: 999 })) {
    expect(piece).toHaveLength(100);
    break;
  }
  await collected(reader.read(file, { start: 900, end: 999 }));
  expect(fetched).toEqual([0, 100, 900]);
});

test('R-DL-6 a block that could not be fetched is fetched anew', async () => {
  const { reader, state } = reading();
  state.failing = true;
  await expect(reader.slice(file, 0, 10)).rejects.toThrow('no store');
  await expect(collected(reader.read(file, { start: 0, end: 9 }))).rejects.toThrow('no store');
  state.failing = false;
  expect((await reader.slice(file, 0, 10)).equals(BYTES.subarray(0, 10))).toBe(true);
});

test('R-DL-6 memory is used again, but never that of a piece that is being sent', async () => {
  const { reader } = reading({ blocks: 2 });
  const many = Array.from({ length: 6 }, (_, index) => reader.read(file, { start: index * 100, end: 999 })[Symbol.asyncIterator]());
  const pieces = await Promise.all(many.map((each) => each.next()));
  // All six are held at once, and only two blocks have a place of their own.
  await collected(reader.read(file, { start: 0, end: 999 }));
  pieces.forEach(({ value }, index) => {
    expect(value?.equals(BYTES.subarray(index * 100, index * 100 + 100))).toBe(true);
  });
  await Promise.all(many.map((each) => each.return?.()));
  expect((await collected(reader.read(file, { start: 0, end: 999 }))).equals(BYTES)).toBe(true);
});
