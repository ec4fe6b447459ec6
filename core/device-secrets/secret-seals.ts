import type { MigrationTools } from '../../schema/mongo/migrations/migration';
import { sealRowsText } from './import-rows';
import { deviceSealing, sealSecret } from './secrets';

/** What migrations encrypt with. */
export function secretSeals(masterKeys: readonly Uint8Array[]): Pick<MigrationTools, 'sealSecret' | 'sealRows'> {
  const sealing = deviceSealing(masterKeys);
  return {
    sealSecret: (deviceId, secret) => sealSecret(sealing, deviceId, secret),
    sealRows: (pieceId, text) => sealRowsText(sealing, pieceId, text),
  };
}
