import { createReadStream, createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw } from 'node:zlib';

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const LOCAL_HEADER = 0x04034b50;
const LONGEST_END = 22 + 0xffff;

/**
 * Takes one file out of a zip archive, streaming; the archive is described by its central directory, which stands at the end.
 * Refuses what it doesn't read: zip64, encryption and methods other than stored and deflated.
 * @param {string} archive @param {string} suffix what the entry's name ends with @param {string} target
 */
export async function extractFromZip(archive, suffix, target) {
  const file = await open(archive, 'r');
  try {
    const entry = (await readDirectory(file)).find(({ name }) => name.endsWith(suffix));
    if (!entry) throw new Error(`the archive has no entry that ends in ${suffix}`);
    if (entry.flags & 1) throw new Error(`${entry.name} is encrypted`);
    if (entry.method !== 0 && entry.method !== 8)
      throw new Error(`${entry.name} is packed with method ${entry.method}, which is not read here`);
    const header = await readAt(file, entry.offset, 30);
    if (header.readUInt32LE(0) !== LOCAL_HEADER) throw new Error(`${entry.name}: its header is not where the directory says`);
    const start = entry.offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
    const packed = createReadStream(archive, { start, end: start + entry.packedSize - 1 });
    const unpack = entry.method === 8 ? [createInflateRaw()] : [];
    const output = createWriteStream(target);
    await pipeline([packed, ...unpack, output]);
    if (output.bytesWritten !== entry.size)
      throw new Error(`${entry.name} has ${output.bytesWritten} bytes, the directory says ${entry.size}`);
  } finally {
    await file.close();
  }
}

/** @param {string} archive @returns {Promise<string[]>} */
export async function namesInZip(archive) {
  const file = await open(archive, 'r');
  try {
    return (await readDirectory(file)).map(({ name }) => name);
  } finally {
    await file.close();
  }
}

async function readDirectory(file) {
  const { size } = await file.stat();
  const tail = await readAt(file, Math.max(0, size - LONGEST_END), Math.min(size, LONGEST_END));
  let end = tail.length - 22;
  while (end >= 0 && tail.readUInt32LE(end) !== END_OF_DIRECTORY) end -= 1;
  if (end < 0) throw new Error('not a zip archive, or cut off: no end of central directory');
  const count = tail.readUInt16LE(end + 10);
  const length = tail.readUInt32LE(end + 12);
  const offset = tail.readUInt32LE(end + 16);
  if (count === 0xffff || length === 0xffffffff || offset === 0xffffffff) throw new Error('zip64 archives are not read here');
  const directory = await readAt(file, offset, length);
  const entries = [];
  for (let at = 0; entries.length < count; ) {
    if (directory.readUInt32LE(at) !== DIRECTORY_ENTRY) throw new Error('the central directory is damaged');
    const nameLength = directory.readUInt16LE(at + 28);
    entries.push({
      flags: directory.readUInt16LE(at + 8),
      method: directory.readUInt16LE(at + 10),
      packedSize: directory.readUInt32LE(at + 20),
      size: directory.readUInt32LE(at + 24),
      offset: directory.readUInt32LE(at + 42),
      name: directory.toString('utf8', at + 46, at + 46 + nameLength),
    });
    at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return entries;
}

async function readAt(file, position, length) {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, position);
  if (bytesRead < length) throw new Error('the archive is cut off');
  return buffer;
}
