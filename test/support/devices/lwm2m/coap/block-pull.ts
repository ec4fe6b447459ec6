import type { NamedOption, ParsedPacket } from 'coap-packet';
import { type Block, blockOf, blockOption, bytesOf, uintOf, valuesOf } from './coap-options';

/** What a device has of a file; it may outlast a loss of power. */
export interface PulledFile {
  pieces: Buffer[];
  /** Bytes. */
  length: number;
  /** Null before the first block. */
  etag: Buffer | null;
  /** Size2, where the server has told it. */
  size: number | null;
  complete: boolean;
  /** How often it began anew, because the server had another file by then. */
  restarts: number;
}

export const nothingPulled = (): PulledFile => ({ pieces: [], length: 0, etag: null, size: null, complete: false, restarts: 0 });

/** The server answered with something else than the file. */
export class PullRefused extends Error {
  constructor(readonly code: string) {
    super(`the server answered ${code}`);
  }
}

export interface PullHooks {
  /** Sends a GET with these options beside its path; the response, whatever its code. */
  ask(options: NamedOption[]): Promise<ParsedPacket>;
  /** After each block that was new. */
  onBlock(file: PulledFile): Promise<void> | void;
  /** When the server has another file by then. Default: it begins anew. */
  otherEtag?: 'begins anew' | 'gives up';
}

/** The server has another file than the one that was begun. */
export class FileChanged extends Error {}

/**
 * Pulls a file block by block (RFC 7959 §2.4), from the block that is missing next. The first request of all has no Block2 unless `szx` is
 * given, and the server's size is used from then on. Rejects with PullRefused, FileChanged, what `ask` rejects with, or what it saw against the RFC.
 */
export async function pull(file: PulledFile, { ask, onBlock, otherEtag }: PullHooks, szx?: number): Promise<void> {
  let size = szx ?? null;
  while (!file.complete) {
    const asked: Block | null = nextBlock(file, size);
    const response = await ask(asked ? [blockOption('Block2', asked)] : []);
    if (response.code !== '2.05') throw new PullRefused(response.code);
    const got = blockOf(response, 'Block2') ?? { num: 0, more: false, szx: 6 };
    const [etag = Buffer.alloc(0)] = valuesOf(response, 'ETag');
    if (file.etag !== null && !file.etag.equals(etag)) {
      if (otherEtag === 'gives up') throw new FileChanged('the server has another file by now');
      Object.assign(file, nothingPulled(), { restarts: file.restarts + 1 });
      size = got.szx;
      if (got.num !== 0) continue;
    }
    check(file, asked, got, response);
    size = got.szx;
    file.etag = etag;
    file.size = uintOf(response, 'Size2') ?? file.size;
    file.pieces.push(response.payload);
    file.length += response.payload.length;
    file.complete = !got.more;
    await onBlock(file);
  }
}

/** When nothing of a file is there, the server chooses the size. */
function nextBlock({ length }: PulledFile, szx: number | null): Block | null {
  if (length === 0) return szx === null ? null : { num: 0, more: false, szx };
  // What was pulled with blocks of another size may end in the middle of one of these.
  let fitting = szx ?? 6;
  while (fitting > 0 && length % bytesOf(fitting) !== 0) fitting -= 1;
  return { num: length / bytesOf(fitting), more: false, szx: fitting };
}

function check(file: PulledFile, asked: Block | null, got: Block, { payload }: ParsedPacket): void {
  const at = got.num * bytesOf(got.szx);
  if (at !== file.length) throw new Error(`asked for byte ${file.length}, got byte ${at}`);
  if (asked && got.szx > asked.szx) throw new Error(`asked for blocks of ${bytesOf(asked.szx)}, got ${bytesOf(got.szx)}`);
  if (got.more ? payload.length !== bytesOf(got.szx) : payload.length > bytesOf(got.szx))
    throw new Error(`a block of ${payload.length} bytes, szx ${got.szx}`);
  if (!got.more && file.size !== null && at + payload.length !== file.size)
    throw new Error(`Size2 was ${file.size}, and the file has ${at + payload.length}`);
}
