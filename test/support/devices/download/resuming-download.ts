import { createHash, createVerify, type Hash, type Verify } from 'node:crypto';
import { get as httpGet, type IncomingMessage } from 'node:http';
import { get as httpsGet } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import type { OfferedFile } from '../link/upgrade-offer';
import type { StreamSettings } from './stream-download';

/** Those of blocks are for downloads over MQTT. */
export interface DownloadSettings extends StreamSettings {
  /**
   * The port configured in the SDK. LinkSDK takes everything before the path for a host name, so with this set a URL
   * with a port of its own fails (device-protocols §1.6). Default: the URL's own port, which no SDK does.
   */
  port?: number;
  /** Cuts in a row, without a new byte, after which it gives up. Default 5. */
  retries?: number;
  /** Default 1,000. */
  retryMs?: number;
  /** A connection without a byte for so long counts as cut. Default 30,000. */
  idleMs?: number;
  /** Secure Update is on in the device: a file without a good signature by this key (PEM) is not installed. */
  verifyKey?: string;
  /** Trusted for HTTPS, PEM. */
  ca?: string;
  /** Shown with each request. */
  bearer?: string;
  /** Asks for so many bytes and no more. Default: the file. */
  bytes?: number;
}

/** The server answered, and not with the file: fatal for the SDK. 403 means that the token has expired. */
export class DownloadRefused extends Error {
  constructor(readonly status: number) {
    super(`the server answered ${status}`);
  }
}

export class DownloadFailed extends Error {}

export interface DownloadHooks {
  /** Called each time the request is (re)opened. */
  onOpen(): void;
  /** Called with each piece; the next is read when it settles. */
  onBytes(piece: number, done: number): Promise<void> | void;
}

/** One file's download, kept over cuts and new URLs: `run` may be called again after DownloadRefused. */
export class ResumingDownload {
  private done = 0;
  private readonly hash: Hash;
  private readonly verify: Verify = createVerify('sha256');

  constructor(
    private readonly file: Pick<OfferedFile, 'size' | 'sign'> & Partial<Pick<OfferedFile, 'digestSign'>>,
    digest: 'md5' | 'sha256',
    private readonly settings: DownloadSettings,
  ) {
    this.hash = createHash(digest);
  }

  /** Settles when every byte is there, rejects with DownloadRefused, DownloadFailed or what aborted it. */
  async run(url: string, hooks: DownloadHooks, signal: AbortSignal): Promise<void> {
    const { retries = 5, retryMs = 1_000 } = this.settings;
    for (let cuts = 0; this.done < this.wanted; ) {
      const before = this.done;
      try {
        await this.read(url, hooks, signal);
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof DownloadRefused || error instanceof DownloadFailed) throw error;
        cuts = this.done > before ? 1 : cuts + 1;
        if (cuts > retries) throw new DownloadFailed(`cut ${cuts} times at byte ${this.done}`, { cause: error });
        await delay(retryMs, undefined, { signal });
      }
    }
  }

  /** Whether the digest is the offered one, and the signature good where the device checks it; once only. */
  isIntact(): boolean {
    return this.hash.digest('hex') === this.file.sign.toLowerCase() && this.isSigned();
  }

  private isSigned(): boolean {
    const { verifyKey } = this.settings;
    return verifyKey === undefined || this.verify.verify(verifyKey, this.file.digestSign ?? '', 'base64');
  }

  private get wanted(): number {
    return Math.min(this.file.size, this.settings.bytes ?? this.file.size);
  }

  private async read(url: string, hooks: DownloadHooks, signal: AbortSignal): Promise<void> {
    hooks.onOpen();
    const response = await this.open(url, signal);
    try {
      this.check(response);
      for await (const chunk of response as AsyncIterable<Buffer>) {
        if (this.done + chunk.length > this.file.size) throw new DownloadFailed(`more than ${this.file.size} bytes`);
        this.hash.update(chunk);
        this.verify.update(chunk);
        this.done += chunk.length;
        await hooks.onBytes(chunk.length, this.done);
      }
    } finally {
      response.destroy();
    }
    if (this.done < this.wanted) throw new Error('the server ended early');
  }

  private open(url: string, signal: AbortSignal): Promise<IncomingMessage> {
    const { port, idleMs = 30_000, ca, bearer } = this.settings;
    const target = sdkTarget(url, port);
    return new Promise((resolve, reject) => {
      const headers = {
        Host: target.host,
        Range: `bytes=${this.done}-${this.wanted < this.file.size ? this.wanted - 1 : ''}`,
        Connection: 'close',
        ...(bearer && { Authorization: `Bearer ${bearer}` }),
      };
      const options = { host: target.host, port: target.port, path: target.path, headers, agent: false as const, signal, ca };
      const request = (target.secure ? httpsGet : httpGet)(options, resolve);
      request.on('error', reject);
      request.setTimeout(idleMs, () => request.destroy(new Error(`nothing for ${idleMs} ms`)));
    });
  }

  /** The SDK compares bytes of the header, not header names (device-protocols §0.6). */
  private check(response: IncomingMessage): void {
    const status = response.statusCode ?? 0;
    if (status !== 206 && status !== 200) throw new DownloadRefused(status);
    const at = response.rawHeaders.indexOf('Content-Length');
    if (at < 0) throw new DownloadFailed('no header written exactly Content-Length');
    const length = Number(response.rawHeaders[at + 1]);
    const offset = status === 206 ? this.done : 0;
    if (offset !== this.done) throw new DownloadFailed('the server ignored Range when the download was resumed');
    if (offset + length !== this.wanted) throw new DownloadFailed(`Content-Length ${length} at byte ${offset} of ${this.file.size}`);
  }
}

interface Target {
  secure: boolean;
  host: string;
  port: number;
  path: string;
}

/** Cuts a URL as the SDK does: no user, no port unless none is configured, a path required, a fragment dropped. */
export function sdkTarget(url: string, configuredPort?: number): Target {
  const parts = /^(https?):\/\/([^/]+)(\/[^#]*)/.exec(url);
  if (!parts) throw new DownloadFailed('the URL has no scheme, host or path');
  const [, scheme = '', authority = '', path = ''] = parts;
  const secure = scheme === 'https';
  const [host = '', port] = authority.split(':');
  if (configuredPort !== undefined) {
    if (port !== undefined) throw new DownloadFailed(`cannot resolve host name ${authority}`);
    return { secure, host, port: configuredPort, path };
  }
  return { secure, host, port: port === undefined ? (secure ? 443 : 80) : Number(port), path };
}
