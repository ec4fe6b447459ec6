import type { UploadOptions as TusOptions, Upload as TusUpload } from 'tus-js-client';
import type { Keyring } from '../credentials.js';
import { type Observable, observable } from '../observable.js';
import type { Settings } from '../options.js';
import { failure, problem, type Result } from '../problems.js';
import { failureOf, retryAfter, statusOf } from './refusal.js';

/** A Blob or File; in Node a Buffer, or a file's stream, which can begin anywhere. */
export type UploadFile = Blob | Uint8Array | (AsyncIterable<Uint8Array> & { readonly path: string | Uint8Array });

export interface UploadOptions {
  /** With an ending that the platform takes. */
  readonly filename: string;
  /** What the whole file has to have. */
  readonly digest?: string;
  /** Base64. */
  readonly signature?: string;
  /** Gives the upload up, and has the platform forget it. */
  readonly signal?: AbortSignal;
  /** In a browser the upload of the same file goes on after a reload, unless this is false. */
  readonly remember?: boolean;
}

export interface UploadProgress {
  /** `waiting`: the line is cut, and is tried again. */
  readonly state: 'sending' | 'paused' | 'waiting' | 'done' | 'failed';
  /** Bytes. */
  readonly sent: number;
  /** 0 before it is known. */
  readonly size: number;
}

export interface Upload {
  readonly progress: Observable<UploadProgress>;
  /** Settles when the platform has the file, or will not have it; a pause keeps it waiting. */
  readonly done: Promise<Result<{ uploadId: string }>>;
  pause(): Promise<void>;
  /** Goes on at the byte where it was. */
  resume(): void;
  /** As the signal does. */
  cancel(): Promise<void>;
}

interface Parts {
  readonly settings: Settings;
  readonly keyring: Keyring;
  readonly closed: AbortSignal;
}

/** Tries without a byte that arrives in between. */
const TRIES = 20;

export function startUpload(file: UploadFile, options: UploadOptions, { settings, keyring, closed }: Parts): Upload {
  const progress = observable<UploadProgress>({ state: 'sending', sent: 0, size: 0 });
  const tell = (change: Partial<UploadProgress>): void => progress.set({ ...progress.get(), ...change });
  const signal = options.signal ? AbortSignal.any([options.signal, closed]) : closed;
  let settle: (result: Result<{ uploadId: string }>) => void = () => undefined;
  const done = new Promise<Result<{ uploadId: string }>>((resolve) => {
    settle = resolve;
  });
  let sent: string | null = null;
  let refusals = 0;
  let over = false;

  const end = (state: 'done' | 'failed', result: Result<{ uploadId: string }>): void => {
    over = true;
    signal.removeEventListener('abort', onAbort);
    tell({ state });
    settle(result);
  };
  const onAbort = (): void => void cancel();

  const tusOptions: TusOptions = {
    endpoint: `${settings.url}/uploads`,
    metadata: {
      filename: options.filename,
      ...(options.digest && { digest: options.digest }),
      ...(options.signature && { signature: options.signature }),
    },
    retryDelays: Array.from({ length: TRIES }, (_, tries) => settings.backoff(tries)),
    removeFingerprintOnSuccess: true,
    storeFingerprintForResuming: options.remember !== false,
    fingerprint: async (given) => fingerprintOf(given as File, options, settings.url),
    async onBeforeRequest(request) {
      sent = await keyring.authorization();
      if (sent !== null) request.setHeader('Authorization', sent);
    },
    onProgress(bytes, size) {
      refusals = 0;
      if (!over) tell({ state: 'sending', sent: bytes, size });
    },
    onShouldRetry(error, tries, { retryDelays }) {
      const after = retryAfter(error);
      const again = after !== null || mayPass(statusOf(error));
      if (again) tell({ state: 'waiting' });
      if (after !== null && retryDelays) retryDelays[tries] = after;
      return again;
    },
    onSuccess: () => end('done', { ok: true, data: { uploadId: idOf(upload) } }),
    onError: (error) => end('failed', failureOf(error)),
  };

  /** A token is replaced once; that the line is away, or the platform has no room just now, passes. */
  function mayPass(status: number): boolean {
    if (status !== 401) return status === 0 || status === 409 || status === 423 || status >= 500;
    refusals += 1;
    return keyring.refused(sent) && refusals === 1;
  }

  let upload: TusUpload;
  const ready = (async () => {
    const { Upload } = await tus();
    upload = new Upload(file as Blob, tusOptions);
    if (options.remember === false) return;
    const [previous] = await upload.findPreviousUploads();
    if (previous) upload.resumeFromPreviousUpload(previous);
  })();
  /** Pauses and resumptions take effect one after the other. */
  let turn = ready.then(() => {
    if (!over && progress.get().state === 'sending') upload.start();
  });
  turn.catch((error: unknown) => end('failed', failure('errors', [problem('UPLOAD_FAILED', String((error as Error).message))])));

  let canceled: Promise<void> | null = null;
  function cancel(): Promise<void> {
    canceled ??= over ? Promise.resolve() : forget();
    return canceled;
  }
  async function forget(): Promise<void> {
    end('failed', failure('canceled', [problem('CANCELED', 'The upload was given up.')]));
    await turn.catch(() => undefined);
    // What the platform does not forget at once it forgets after `limits.uploadHours`.
    await upload?.abort(true).catch(() => undefined);
  }

  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();

  return {
    progress,
    done,
    async pause() {
      if (over) return;
      tell({ state: 'paused' });
      turn = turn.then(() => upload.abort());
      await turn;
    },
    resume() {
      if (over || progress.get().state !== 'paused') return;
      tell({ state: 'sending' });
      turn = turn.then(() => {
        if (progress.get().state === 'sending') upload.start();
      });
    },
    cancel,
  };
}

/** Loaded with the first upload: a page that sends no file need not have it. */
async function tus(): Promise<typeof import('tus-js-client')> {
  const loaded = await import('tus-js-client');
  // It is CommonJS in Node.
  return 'Upload' in loaded ? loaded : (loaded as { default: typeof import('tus-js-client') }).default;
}

/** The last part of its address. */
const idOf = ({ url }: TusUpload): string => (url ?? '').split('/').at(-1) ?? '';

/** Another digest or signature is another upload: the platform has been told them at its creation. Without a name to know it by: none. */
function fingerprintOf(file: File, { filename, digest, signature }: UploadOptions, url: string): string {
  return file.lastModified === undefined
    ? ''
    : ['updraft', url, filename, file.name, file.size, file.lastModified, digest ?? '', signature ?? ''].join('|');
}
