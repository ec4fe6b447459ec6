import type { Collections } from '../../schema/mongo/connect';
import { installationSecret } from '../installation-secret';

/** What tokens of observations are computed with, so that every gateway knows them. */
export const observeSecret = (collections: Pick<Collections, 'settings'>): Promise<Uint8Array> =>
  installationSecret(collections, 'observe-secret');
