import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { writeFirmwareImage } from '../support/firmware-image';

test('an image has the size asked for, and the same bytes for the same seed and version', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'updraft-image-'));
  const path = join(folder, 'fw.bin');
  const sizes = [1, 64, 65_536, 65_537, 1_048_576];
  for (const size of sizes) {
    const image = await writeFirmwareImage(path, size, { version: '2.0.0' });
    const bytes = await readFile(path);
    expect(bytes).toHaveLength(size);
    expect(image).toEqual({
      path,
      size,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      md5: createHash('md5').update(bytes).digest('hex'),
    });
    expect((await writeFirmwareImage(path, size, { version: '2.0.0' })).sha256).toBe(image.sha256);
  }
  const first = await writeFirmwareImage(path, 1_048_576, { seed: 'a', version: '2.0.0' });
  const compressed = gzipSync(await readFile(path)).length / 1_048_576;
  expect(compressed).toBeGreaterThan(0.6);
  expect(compressed).toBeLessThan(0.95);
  expect((await writeFirmwareImage(path, 1_048_576, { seed: 'b', version: '2.0.0' })).sha256).not.toBe(first.sha256);
  await rm(folder, { recursive: true });
});
