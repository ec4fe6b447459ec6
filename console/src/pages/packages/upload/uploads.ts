import type { Problem, Upload } from '@updraft/client';
import { platform } from '../../../app/platform';
import { signedOut } from '../../../app/session/session';
import { createStore } from '../../../app/store';
import { digestOf } from './digest';
import { forgetDraft, keepFiles, keptFiles } from './draft';

export interface UploadRow {
  /** The file's name, size and time: dropped again it is the same. */
  readonly key: string;
  readonly filename: string;
  readonly size: number;
  /** `cut`: the page was reloaded; it goes on when the same file is given again. */
  readonly state: 'hashing' | 'sending' | 'paused' | 'waiting' | 'done' | 'failed' | 'cut';
  readonly sent: number;
  /** Base64. */
  readonly signature: string | null;
  readonly digest: string | null;
  readonly uploadId: string | null;
  readonly problems: readonly Problem[];
}

/** Outside of the page: who looks at another page meanwhile finds the upload going on. After a reload it is what was kept. */
export const uploads = createStore<readonly UploadRow[]>(
  keptFiles().map((kept) => ({
    ...kept,
    state: kept.uploadId ? 'done' : 'cut',
    sent: kept.uploadId ? kept.size : kept.sent,
    problems: [],
  })),
);
uploads.subscribe(() => keepFiles(uploads.get()));

const files = new Map<string, File>();
const running = new Map<string, Upload>();

const keyOf = (file: File): string => `${file.name}|${file.size}|${file.lastModified}`;
const change = (key: string, next: Partial<UploadRow>): void =>
  uploads.set(uploads.get().map((row) => (row.key === key ? { ...row, ...next } : row)));

/** A signature is a file beside the one it is of: `firmware.bin.sig`, or `firmware.sig`. */
export const isSignature = (file: File): boolean => /\.sig$/i.test(file.name);
const isOf = (signature: File, filename: string): boolean => {
  const name = signature.name.replace(/\.sig$/i, '');
  return name === filename || name === filename.replace(/\.[^.]*$/, '');
};

export async function addFiles(given: readonly File[]): Promise<void> {
  const signatures = given.filter(isSignature);
  const firmware = given.filter((file) => !isSignature(file));
  for (const file of firmware) {
    const key = keyOf(file);
    const known = uploads.get().find((row) => row.key === key);
    if (known && known.state !== 'cut' && known.state !== 'failed') continue;
    files.set(key, file);
    const own = signatures.find((signature) => isOf(signature, file.name));
    const signature = own ? await textOfSignature(own) : (known?.signature ?? null);
    const row: UploadRow = {
      ...(known ?? { key, filename: file.name, size: file.size, sent: 0, digest: null, uploadId: null }),
      key,
      signature,
      state: 'hashing',
      problems: [],
    };
    uploads.set(known ? uploads.get().map((each) => (each.key === key ? row : each)) : [...uploads.get(), row]);
    void begin(key);
  }
  for (const file of signatures) {
    const row = uploads.get().find(({ filename }) => isOf(file, filename));
    if (row && !firmware.some((each) => keyOf(each) === row.key)) await sign(row.key, file);
  }
}

/** The platform is told the signature when an upload begins, so one that has begun without it begins anew. */
export async function sign(key: string, file: File): Promise<void> {
  const signature = await textOfSignature(file);
  await running.get(key)?.cancel();
  running.delete(key);
  change(key, { signature, uploadId: null, sent: 0, problems: [], state: files.has(key) ? 'hashing' : 'cut' });
  if (files.has(key)) void begin(key);
}

/** As text where it is that already, else its bytes. */
async function textOfSignature(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const text = new TextDecoder().decode(bytes).replace(/\s+/g, '');
  return /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? text : btoa(String.fromCharCode(...bytes));
}

async function begin(key: string): Promise<void> {
  const file = files.get(key);
  const row = uploads.get().find((each) => each.key === key);
  if (!file || !row) return;
  const digest = row.digest ?? (await digestOf(file));
  if (!uploads.get().some((each) => each.key === key)) return;
  change(key, { state: 'sending', digest });
  const upload = platform.upload(file, {
    filename: file.name,
    ...(digest && { digest }),
    ...(row.signature && { signature: row.signature }),
  });
  running.set(key, upload);
  const stop = upload.progress.subscribe(() => {
    const { state, sent } = upload.progress.get();
    if (running.get(key) === upload && state !== 'done' && state !== 'failed') change(key, { state, sent });
  });
  const result = await upload.done;
  stop();
  if (running.get(key) !== upload) return;
  running.delete(key);
  if (result.ok) change(key, { state: 'done', sent: row.size, uploadId: result.data.uploadId });
  else if (result.reason !== 'canceled') {
    if (result.reason === 'not-signed-in') signedOut();
    change(key, { state: 'failed', problems: result.problems });
  }
}

export const pause = (key: string): void => void running.get(key)?.pause();
export const resume = (key: string): void => running.get(key)?.resume();
export const again = (key: string): void => {
  change(key, { state: 'hashing', problems: [] });
  void begin(key);
};
export const canGoOn = (key: string): boolean => files.has(key);

export function remove(key: string): void {
  void running.get(key)?.cancel();
  running.delete(key);
  files.delete(key);
  uploads.set(uploads.get().filter((row) => row.key !== key));
}

/** A package has been made of them. */
export function used(): void {
  files.clear();
  uploads.set([]);
  forgetDraft();
}
