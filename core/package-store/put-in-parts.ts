import type { Readable } from 'node:stream';
import type { PackageStore, StoredFile } from '../ports';
import type { digestMeter } from './digest-meter';
import { createPartBuffer } from './part-buffer';

/** `PackageStore.put` for a store that takes files in parts: the source is read no faster than parts are stored. */
export async function putInParts(
  store: PackageStore,
  fileId: string,
  source: Readable,
  meter: ReturnType<typeof digestMeter>,
): Promise<StoredFile> {
  try {
    const file = { fileId, handle: await store.begin(fileId) };
    const part = createPartBuffer(store.partBytes, null);
    let index = 0;
    for await (const bytes of source as AsyncIterable<Buffer>) {
      meter.update(bytes);
      for (let rest = bytes; rest.length > 0; ) {
        rest = rest.subarray(part.add(rest));
        if (!part.isFull()) continue;
        await store.writePart(file, index++, part.contents());
        part.clear();
      }
    }
    if (part.contents().length > 0) await store.writePart(file, index, part.contents());
    const result = meter.result();
    await store.complete(file, result.size);
    return { fileId, ...result };
  } catch (error) {
    await store.delete(fileId);
    throw error;
  }
}
