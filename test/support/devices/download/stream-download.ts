import { createHash, type Hash } from 'node:crypto';
import type { OfferedFile } from '../link/upgrade-offer';
import { type BlockFrame, readBlockFrame } from './block-frame';
import { DownloadFailed, type DownloadHooks } from './resuming-download';

export interface StreamSettings {
  /** LinkSDK 4: 5 KiB, the default. */
  blockBytes?: number;
  /** How long a reply is waited for. Default 10,000. */
  blockAnswerMs?: number;
}

/** The device's connection, as a download uses it. */
export interface BlockLine {
  /** False: there is no connection now. */
  request(stream: { id: number; fileId: number }, size: number, offset: number): boolean;
  /** Where replies go until it is told null. */
  listen(listener: ((payload: Buffer) => void) | null): void;
}

/** The fourth failure in a row ends it; it is reported as step -4 (device-protocols §1.4). */
const FAILURES_ENDURED = 3;

/**
 * One file's download over MQTT as LinkSDK 4 does it: a block after the other, a failed one asked for again at once.
 * The SDK checks MD5 only; this one checks SHA-256 as well, so that a wrong byte is always seen.
 */
export class StreamDownload {
  private done = 0;
  private readonly hash: Hash;

  constructor(
    private readonly file: Pick<OfferedFile, 'size' | 'sign'> & { stream: { id: number; fileId: number } },
    digest: 'md5' | 'sha256',
    private readonly settings: StreamSettings,
    private readonly line: BlockLine,
  ) {
    this.hash = createHash(digest);
  }

  /** Settles when every byte is there, rejects with DownloadFailed or what aborted it. */
  async run(hooks: DownloadHooks, signal: AbortSignal): Promise<void> {
    hooks.onOpen();
    for (let failures = 0; this.done < this.file.size; ) {
      const frame = await this.next(signal);
      if (frame?.kind !== 'block') {
        failures += 1;
        if (failures > FAILURES_ENDURED) throw new DownloadFailed(`${failures} blocks in a row failed at byte ${this.done}`);
        continue;
      }
      failures = 0;
      this.hash.update(frame.bytes);
      this.done += frame.bytes.length;
      await hooks.onBytes(frame.bytes.length, this.done);
    }
  }

  isIntact(): boolean {
    return this.hash.digest('hex') === this.file.sign.toLowerCase();
  }

  /** The wanted block, a refusal, or null after the time-out: what does not fit the question is not noticed. */
  private next(signal: AbortSignal): Promise<BlockFrame | null> {
    const { blockBytes = 5 * 1024, blockAnswerMs = 10_000 } = this.settings;
    const { stream, size } = this.file;
    return new Promise((resolve, reject) => {
      const end = (settle: () => void): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        this.line.listen(null);
        settle();
      };
      const onAbort = (): void => end(() => reject(signal.reason));
      const timer = setTimeout(() => end(() => resolve(null)), blockAnswerMs);
      if (signal.aborted) return onAbort();
      signal.addEventListener('abort', onAbort, { once: true });
      this.line.listen((payload) => {
        const frame = readBlockFrame(payload);
        const fits = frame.kind === 'block' && frame.offset === this.done && frame.bytes.length > 0 && frame.fileLength === size;
        if (fits || frame.kind === 'refused') end(() => resolve(frame));
      });
      this.line.request(stream, Math.min(blockBytes, size - this.done), this.done);
    });
  }
}
