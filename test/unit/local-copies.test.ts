import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createLocalCopies, type LocalCopies, type LocalCopiesSettings } from '../../core/downloads/local-copies';

const SIZE = 1_000;
const bytesOf = (fileId: string): Buffer => Buffer.from(Array.from({ length: SIZE }, (_, index) => (index * fileId.charCodeAt(0)) % 251));
const file = (fileId: string) => ({ fileId, size: SIZE });

let root: string;
let all: LocalCopies[];
beforeEach(() => {
  all = [];
  root = mkdtempSync(join(tmpdir(), 'updraft-copies-'));
});
afterEach(async () => {
  await Promise.all(all.map((copies) => copies.close()));
  rmSync(root, { recursive: true, force: true });
});

/** Over a store that gives pieces of 100 bytes, each when it is let, and tells what was read of it. */
function copying({ maxBytes = 10 * SIZE, settings = {} as Partial<LocalCopiesSettings>, directory = join(root, 'copies') } = {}) {
  const state = { letThrough: Number.POSITIVE_INFINITY, reads: [] as string[], failing: false, failures: [] as unknown[] };
  let wake = (): void => {};
  const letThrough = (pieces: number): void => {
    state.letThrough = pieces;
    wake();
  };
  const copies = createLocalCopies({
    files: {
      read: (fileId, { start, end }) =>
        Readable.from(
          (async function* () {
            state.reads.push(`${fileId} ${start}-${end}`);
            const isWhole = end - start + 1 === SIZE;
            for (let at = start; at <= end; at += 100) {
              while (isWhole && state.letThrough === 0)
                await new Promise<void>((resolve) => {
                  wake = resolve;
                });
              if (isWhole) state.letThrough -= 1;
              if (state.failing) throw new Error('no store');
              yield bytesOf(fileId).subarray(at, Math.min(at + 100, end + 1));
            }
          })(),
          { objectMode: false, highWaterMark: 1 },
        ),
    },
    directory,
    maxBytes,
    onFailed: (error) => state.failures.push(error),
    settings: { leaveFreeBytes: 0, ...settings },
  });
  all.push(copies);
  const block = async (fileId: string, start: number, length = 100): Promise<Buffer> => {
    const into = Buffer.alloc(length);
    await copies.fill(file(fileId), start, into);
    expect(into.equals(bytesOf(fileId).subarray(start, start + length))).toBe(true);
    return into;
  };
  /** Waits until a block is no longer read from the store. */
  const copied = async (fileId: string): Promise<void> => {
    for (;;) {
      state.reads = [];
      await block(fileId, SIZE - 100);
      if (state.reads.length === 0) return;
      await new Promise(setImmediate);
    }
  };
  return { state, block, copied, letThrough };
}

test('R-DL-6 the first block begins a copy, and from then on the store is left alone', async () => {
  const { block, copied, state } = copying();
  await block('a', 300);
  expect(state.reads).toContain('a 300-399');
  await copied('a');
  for (let start = 0; start < SIZE; start += 100) await block('a', start);
  expect(state.reads).toEqual([]);
  expect(state.failures).toEqual([]);
});

test('R-DL-6 who reads close behind the copy follows it; who is further on reads from the store', async () => {
  const { block, state, letThrough } = copying({ settings: { nearBytes: 300 } });
  letThrough(2);
  await block('a', 0);
  while (!state.reads.includes('a 0-999')) await new Promise(setImmediate);
  await block('a', 100);
  await block('a', 900);
  expect(state.reads.filter((read) => read.startsWith('a 9'))).toEqual(['a 900-999']);
  const following = block('a', 300);
  letThrough(Number.POSITIVE_INFINITY);
  await following;
  expect(state.reads).not.toContain('a 300-399');
});

test('R-DL-6 a store that fails in the middle of a copy fails nobody who read along, and the next copy waits', async () => {
  const { block, state, letThrough } = copying({ settings: { pauseMs: 60_000 } });
  letThrough(2);
  await block('a', 0);
  while (!state.reads.includes('a 0-999')) await new Promise(setImmediate);
  const following = Promise.allSettled([block('a', 300), block('a', 400)]);
  state.failing = true;
  letThrough(1);
  while (state.failures.length === 0) await new Promise(setImmediate);
  state.failing = false;
  await following;
  state.reads = [];
  await block('a', 500);
  await block('b', 500);
  expect(state.reads).toEqual(['a 500-599', 'b 500-599']);
  expect(state.failures).toEqual([expect.objectContaining({ message: 'no store' })]);
});

test.each<[string, () => Parameters<typeof copying>[0], RegExp]>([
  ['there is no room', () => ({ settings: { leaveFreeBytes: Number.MAX_SAFE_INTEGER } }), /no room/],
  [
    'the directory cannot be made',
    () => {
      writeFileSync(join(root, 'taken'), '');
      return { directory: join(root, 'taken', 'copies') };
    },
    /ENOTDIR|EEXIST/,
  ],
])('R-DL-6 where %s everything is read from the store, and the log says why', async (_, options, why) => {
  const { block, state } = copying(options());
  await block('a', 0);
  while (state.failures.length === 0) await new Promise(setImmediate);
  await block('a', 0);
  expect(String(state.failures[0])).toMatch(why);
  expect(state.reads).toEqual(['a 0-99', 'a 0-99']);
});

test('R-DL-6 copies take no more than they may: the one wanted longest ago goes, and a file larger than that is never copied', async () => {
  const { block, copied, state } = copying({ maxBytes: 2 * SIZE });
  for (const fileId of ['a', 'b', 'c']) {
    await block(fileId, 0);
    await copied(fileId);
  }
  await block('b', 0);
  await block('c', 0);
  expect(state.reads).toEqual([]);
  await block('a', 0);
  expect(state.reads).toContain('a 0-99');

  const none = copying({ maxBytes: 0 });
  for (let times = 0; times < 3; times++) await none.block('a', 0);
  expect(none.state.reads).toEqual(['a 0-99', 'a 0-99', 'a 0-99']);
});

test('R-DL-6 a copy has no name on the disk: a process that is killed leaves nothing', async () => {
  const { block, copied } = copying();
  await block('a', 0);
  await copied('a');
  expect(readdirSync(join(root, 'copies'))).toEqual([]);
});

test('R-DL-6 after the end nothing is copied, and what is asked for still comes from the store', async () => {
  const { block, state, letThrough } = copying();
  letThrough(1);
  await block('a', 0);
  while (!state.reads.includes('a 0-999')) await new Promise(setImmediate);
  const closing = all[0]?.close();
  letThrough(Number.POSITIVE_INFINITY);
  await closing;
  state.reads = [];
  await block('a', 0);
  await block('b', 0);
  expect(state.reads).toEqual(['a 0-99', 'b 0-99']);
  expect(state.failures).toEqual([]);
});
