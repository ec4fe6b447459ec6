import type { Collections } from '../../schema/mongo/connect';
import { installationSecret } from '../installation-secret';

/** What download tokens are made with. */
export const downloadSecret = (collections: Pick<Collections, 'settings'>): Promise<Uint8Array> =>
  installationSecret(collections, 'download-secret');
