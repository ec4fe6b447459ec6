import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { type ApiClient, ApiRefusal, answerOf, textOf } from './api-client';

export interface UploadedPackage {
  id: string;
  name: string;
  version: string;
  files: { name: string; size: number; sha256: string }[];
}

const UPLOAD_MS = 30 * 60_000;

/** `POST /packages`: the fields, then the file, streamed from disk. */
export async function uploadPackage({ url, key }: ApiClient, fields: Record<string, string>, path: string): Promise<UploadedPackage> {
  const boundary = `updraft-${randomUUID()}`;
  const response = await fetch(`${url}/packages`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: form(boundary, fields, path),
    duplex: 'half',
    signal: AbortSignal.timeout(UPLOAD_MS),
  });
  const answer = await answerOf<UploadedPackage & { errors?: { message: string }[] }>(response);
  if (!response.ok) throw new ApiRefusal(textOf(answer.errors ?? [{ message: `The API answered ${response.status}.` }]), response.status);
  return answer;
}

async function* form(boundary: string, fields: Record<string, string>, path: string): AsyncGenerator<Uint8Array> {
  const disposition = (name: string): string => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"`;
  const head = Object.entries(fields).map(([name, value]) => `${disposition(name)}\r\n\r\n${value}\r\n`);
  const fileName = basename(path).replaceAll('"', '%22');
  yield Buffer.from(`${head.join('')}${disposition('file')}; filename="${fileName}"\r\nContent-Type: application/octet-stream\r\n\r\n`);
  yield* createReadStream(path);
  yield Buffer.from(`\r\n--${boundary}--\r\n`);
}
