import { Readable } from 'node:stream';
import { checkedStream } from '../../../core/packages/checked-stream';

const MB = 1024 ** 2;

test.each([1, 3, 4, 9])('R-SAFE-5 every byte of a file of %i MB is on its way to the disk, the last ones too', async (megabytes) => {
  const took: number[] = [];
  const room = { require: async () => undefined, took: (bytes: number) => void took.push(bytes) };
  const source = Readable.from(Array.from({ length: megabytes }, () => Buffer.alloc(MB, 1)));
  for await (const _ of checkedStream(source, { format: 'bin', maximumBytes: 100 * MB, room }));
  expect(took.reduce((sum, bytes) => sum + bytes, 0)).toBe(megabytes * MB);
});
