import type { mongo } from 'mongoose';
import { type ImportPiece, upToAttempt } from '../device-imports';
import type { Migration, MigrationTools } from './migration';

/** As they were before. */
interface OlderImport {
  _id: string;
  attempt: number;
  gateways?: boolean;
}
interface OlderRow {
  gateway?: object;
}

/** A device that speaks for others was called a gateway, as is the process that holds connections. Imports that go on keep their rows. */
export const parentsInImports: Migration = {
  number: 6,
  name: 'rows of imports name parents',
  async run({ collections, ...tools }, signal) {
    const imports = collections.deviceImports as unknown as mongo.Collection<OlderImport>;
    for (;;) {
      signal.throwIfAborted();
      const found = await imports.findOne({ gateways: { $exists: true } });
      if (found === null) return;
      if (found.gateways) await renameInRows(collections.deviceImportPieces, found, tools, signal);
      await imports.updateOne({ _id: found._id, attempt: found.attempt }, { $rename: { gateways: 'namesParents' } });
    }
  },
};

/** One piece at a time: each has up to a thousand rows. */
async function renameInRows(
  pieces: mongo.Collection<ImportPiece>,
  of: OlderImport,
  { openRows, sealRows }: Pick<MigrationTools, 'openRows' | 'sealRows'>,
  signal: AbortSignal,
): Promise<void> {
  for await (const { _id, sealedRows } of pieces.find(upToAttempt(of))) {
    signal.throwIfAborted();
    const rows = JSON.parse(openRows(_id, sealedRows)) as OlderRow[];
    if (!rows.some(({ gateway }) => gateway)) continue;
    const renamed = rows.map(({ gateway, ...row }) => ({ ...row, ...(gateway && { parent: gateway }) }));
    await pieces.updateOne({ _id, sealedRows }, { $set: { sealedRows: sealRows(_id, JSON.stringify(renamed)) } });
  }
}
