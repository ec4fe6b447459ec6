import { createCipheriv, createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export interface FirmwareImageOptions {
  /** Same seed, version and size: same bytes. Default 'updraft'. */
  seed?: string;
  /** Written into the header and the strings. Default '1.0.0'. */
  version?: string;
}

export interface FirmwareImage {
  path: string;
  /** Bytes. */
  size: number;
  sha256: string;
  md5: string;
}

const PIECE = 64 * 1024;

/** Writes an image of exactly `bytes` bytes that looks like firmware: header, code-like noise, strings, erased flash. Streams. */
export async function writeFirmwareImage(path: string, bytes: number, options: FirmwareImageOptions = {}): Promise<FirmwareImage> {
  const sha256 = createHash('sha256');
  const md5 = createHash('md5');
  async function* digested() {
    for (const piece of pieces(bytes, options)) {
      sha256.update(piece);
      md5.update(piece);
      yield piece;
    }
  }
  await pipeline(Readable.from(digested(), { objectMode: false }), createWriteStream(path));
  return { path, size: bytes, sha256: sha256.digest('hex'), md5: md5.digest('hex') };
}

/** The same in memory: for small ones. */
export const firmwareImage = (bytes: number, options: FirmwareImageOptions = {}): Buffer => Buffer.concat([...pieces(bytes, options)]);

/** Every 16th piece is erased flash, every 8th strings, the others noise: compresses about as real images do. */
function* pieces(bytes: number, { seed = 'updraft', version = '1.0.0' }: FirmwareImageOptions): Generator<Buffer> {
  const key = createHash('sha256').update(`${seed}\0${version}\0${bytes}`).digest();
  const noise = createCipheriv('aes-128-ctr', key.subarray(0, 16), key.subarray(16));
  for (let at = 0, index = 0; at < bytes; at += PIECE, index += 1) {
    const piece = section(index, version, (size) => noise.update(Buffer.alloc(size)));
    if (index === 0) header(bytes, version, key).copy(piece);
    yield piece.subarray(0, Math.min(PIECE, bytes - at));
  }
}

function section(index: number, version: string, noise: (size: number) => Buffer): Buffer {
  if (index % 16 === 15) return Buffer.alloc(PIECE, 0xff);
  if (index % 8 === 7) return Buffer.alloc(PIECE, `module-${index}: build ${version}: %s failed with %d\0`);
  return noise(PIECE);
}

/** 64 bytes: magic, header length, image size, version, first bytes of the key. */
function header(bytes: number, version: string, key: Buffer): Buffer {
  const head = Buffer.alloc(64);
  head.write('UPFW', 0, 'latin1');
  head.writeUInt32LE(64, 4);
  head.writeBigUInt64LE(BigInt(bytes), 8);
  head.write(version.slice(0, 31), 16, 'latin1');
  key.copy(head, 48, 0, 16);
  return head;
}
