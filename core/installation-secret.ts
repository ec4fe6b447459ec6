import { randomBytes } from 'node:crypto';
import type { Collections } from '../schema/mongo/connect';
import { isDuplicateKey } from './duplicate-key';

const BYTES = 32;

/** A secret of the installation, made when it is first asked for; all processes get the same. */
export async function installationSecret(
  { settings }: Pick<Collections, 'settings'>,
  id: 'download-secret' | 'observe-secret' | 'app-token-secret',
): Promise<Uint8Array> {
  const kept = await settings.findOne({ _id: id });
  if (kept) return Buffer.from(String(kept.value), 'base64');
  try {
    await settings.insertOne({ _id: id, value: randomBytes(BYTES).toString('base64') });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
  return installationSecret({ settings }, id);
}
