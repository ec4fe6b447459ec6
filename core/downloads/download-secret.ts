import { randomBytes } from 'node:crypto';
import type { Collections } from '../../schema/mongo/connect';
import { isDuplicateKey } from '../duplicate-key';

const ID = 'download-secret';
const BYTES = 32;

/** The installation's secret for download tokens, made on its first start; all processes get the same. */
export async function downloadSecret({ settings }: Pick<Collections, 'settings'>): Promise<Uint8Array> {
  const kept = await settings.findOne({ _id: ID });
  if (kept) return Buffer.from(String(kept.value), 'base64');
  try {
    await settings.insertOne({ _id: ID, value: randomBytes(BYTES).toString('base64') });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
  return downloadSecret({ settings });
}
