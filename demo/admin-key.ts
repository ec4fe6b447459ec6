import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createUpdraftClient, type UpdraftClient, UpdraftError, ViewerDocument } from '@updraft/client';
import WebSocket from 'ws';
import { DemoError } from './demo-error';

export const keyFile = (dataDir: string): string => join(dataDir, 'admin-key');

/** The platform tells its first key once; the demo keeps it beside its data, so that later demos can sign in. */
export function keepKey(dataDir: string, firstKey: string): void {
  writeFileSync(keyFile(dataDir), `${firstKey}\n`, { mode: 0o600 });
}

export interface SignedIn {
  api: UpdraftClient;
  key: string;
}

/** Signs in with the kept key. Throws DemoError when there is none, or it is not good for this data. */
export async function signIn(url: string, dataDir: string): Promise<SignedIn> {
  const key = keptKey(dataDir);
  const api = createUpdraftClient({ url, credentials: { apiKey: key }, WebSocket });
  const viewer = await api.query(ViewerDocument);
  if (viewer.ok) return { api, key };
  await api.close();
  if (viewer.reason !== 'not-signed-in') throw new UpdraftError(viewer);
  throw new DemoError(`The key in ${keyFile(dataDir)} is not good for this data. ${wayOut(dataDir)}`);
}

function keptKey(dataDir: string): string {
  try {
    return readFileSync(keyFile(dataDir), 'utf8').trim();
  } catch {
    throw new DemoError(`This data has an administrator's key already, and it is not in ${keyFile(dataDir)}. ${wayOut(dataDir)}`);
  }
}

const wayOut = (dataDir: string): string =>
  `Put a good key into that file, or start afresh: remove ${dataDir} (with a MongoDB of your own, name another database in MONGODB_URI).`;
