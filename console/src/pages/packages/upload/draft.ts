import type { UploadRow } from './uploads';

/** Of this window only: what was typed and sent survives a reload, and no other window sees it. */
const FILES = 'updraft.upload.files';
const FIELDS = 'updraft.upload.fields';

type KeptFile = Pick<UploadRow, 'key' | 'filename' | 'size' | 'sent' | 'signature' | 'digest' | 'uploadId'>;

function read(name: string): unknown {
  try {
    return JSON.parse(sessionStorage.getItem(name) ?? 'null');
  } catch {
    // Storage that is switched off, or that holds something else.
    return null;
  }
}

function write(name: string, value: unknown): void {
  try {
    sessionStorage.setItem(name, JSON.stringify(value));
  } catch {
    // Nothing is kept then.
  }
}

export const keptFiles = (): readonly KeptFile[] => {
  const kept = read(FILES);
  return Array.isArray(kept) ? (kept as KeptFile[]) : [];
};

export const keepFiles = (rows: readonly UploadRow[]): void =>
  write(
    FILES,
    rows.map(({ key, filename, size, sent, signature, digest, uploadId }) => ({ key, filename, size, sent, signature, digest, uploadId })),
  );

export const keptFields = <T extends object>(defaults: T): T => ({ ...defaults, ...(read(FIELDS) as Partial<T> | null) });
export const keepFields = (fields: object): void => write(FIELDS, fields);

export function forgetDraft(): void {
  write(FIELDS, {});
  write(FILES, []);
}
