import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipEntry {
  name: string;
  body: Buffer;
  method: number;
  flags?: number;
}

/** A zip archive as other tools write it; method 0 is stored, 8 deflated. */
export function zip(entries: ZipEntry[], comment = ''): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, body, method, flags = 0 } of entries) {
    const packed = method === 8 ? deflateRawSync(body) : body;
    const sums = Buffer.alloc(12);
    sums.writeUInt32LE(crc32(body), 0);
    sums.writeUInt32LE(packed.length, 4);
    sums.writeUInt32LE(body.length, 8);
    // The extra field is longer here than in the directory, as some tools write it.
    const extra = Buffer.from([0xff, 0xff, 2, 0, 0, 0]);
    const local = Buffer.concat([
      words([0x04034b50], 4),
      words([20, flags, method, 0, 0]),
      sums,
      words([name.length, extra.length]),
      Buffer.from(name),
      extra,
      packed,
    ]);
    directory.push(
      Buffer.concat([
        words([0x02014b50], 4),
        words([20, 20, flags, method, 0, 0]),
        sums,
        words([name.length, 0, 0, 0, 0]),
        words([0, offset], 4),
        Buffer.from(name),
      ]),
    );
    parts.push(local);
    offset += local.length;
  }
  const size = directory.reduce((sum, entry) => sum + entry.length, 0);
  const end = Buffer.concat([
    words([0x06054b50], 4),
    words([0, 0, entries.length, entries.length]),
    words([size, offset], 4),
    words([comment.length]),
    Buffer.from(comment),
  ]);
  return Buffer.concat([...parts, ...directory, end]);
}

function words(values: number[], bytes = 2): Buffer {
  const buffer = Buffer.alloc(values.length * bytes);
  for (const [index, value] of values.entries()) buffer.writeUIntLE(value, index * bytes, bytes);
  return buffer;
}
