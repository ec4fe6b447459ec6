import { Readable } from 'node:stream';
import { digestMeter } from '../../../core/package-store/digest-meter';
import type { PackageStore } from '../../../core/ports';

/** Keeps files in memory. `fileIds` is what it holds, unfinished files as well. */
export function fakePackageStore(): PackageStore & { fileIds(): string[] } {
  const files = new Map<string, Buffer>();
  const partial = new Map<string, Map<number, Buffer>>();
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
      partial.delete(fileId);
    },
    partBytes: 64 * 1024,
    async begin(fileId) {
      partial.set(fileId, new Map());
      return '';
    },
    async writePart({ fileId }, index, bytes) {
      const parts = partial.get(fileId) ?? new Map<number, Buffer>();
      partial.set(fileId, parts.set(index, Buffer.from(bytes)));
    },
    async complete({ fileId }, size) {
      const bytes = files.get(fileId) ?? Buffer.concat([...(partial.get(fileId) ?? [])].sort(([a], [b]) => a - b).map(([, part]) => part));
      if (bytes.length !== size) throw new Error(`The package store has ${bytes.length} bytes of file ${fileId}, not ${size}.`);
      files.set(fileId, bytes);
      partial.delete(fileId);
    },
    fileIds: () => [...new Set([...files.keys(), ...partial.keys()])],
  };
}
