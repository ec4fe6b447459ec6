import { Readable } from 'node:stream';
import { digestMeter } from '../../../core/packages/digest-meter';
import type { PackageStore } from '../../../core/ports';

/** Keeps files in memory. `fileIds` is what it holds. */
export function fakePackageStore(): PackageStore & { fileIds(): string[] } {
  const files = new Map<string, Buffer>();
  return {
    async put(fileId, source) {
      const meter = digestMeter();
      const chunks: Buffer[] = [];
      for await (const bytes of source as AsyncIterable<Buffer>) {
        meter.update(bytes);
        chunks.push(bytes);
      }
      files.set(fileId, Buffer.concat(chunks));
      return { fileId, ...meter.result() };
    },
    read(fileId, { start, end }) {
      const file = files.get(fileId);
      if (file) return Readable.from([file.subarray(start, end + 1)], { objectMode: false });
      return new Readable({
        read() {
          this.destroy(new Error(`No file ${fileId}.`));
        },
      });
    },
    async delete(fileId) {
      files.delete(fileId);
    },
    fileIds: () => [...files.keys()],
  };
}
