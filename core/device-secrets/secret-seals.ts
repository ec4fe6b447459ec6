import type { MigrationTools } from '../../schema/mongo/migrations/migration';
import { openRowsText, sealRowsText } from './import-rows';
import { deviceSealing, sealSecret } from './secrets';

/** What migrations encrypt and decrypt with. */
export function secretSeals(masterKeys: readonly Uint8Array[]): Pick<MigrationTools, 'sealSecret' | 'sealRows' | 'openRows'> {
  const sealing = deviceSealing(masterKeys);
  return {
    sealSecret: (deviceId, secret) => sealSecret(sealing, deviceId, secret),
    sealRows: (pieceId, text) => sealRowsText(sealing, pieceId, text),
    openRows: (pieceId, sealed) => openRowsText(sealing, pieceId, sealed),
  };
}
