import type { ImportStatus } from '../../schema/model/device/device-import';
import type { ImportProgressEvent } from './events';
import { createSnapshotFeed, type SnapshotFeed } from './snapshot-feed';
import type { LiveSource } from './source';

const OVER: ReadonlySet<ImportStatus> = new Set(['FINISHED', 'REFUSED', 'EXPIRED']);

/** R-DEV-6. The record of an import says how far it got, whichever process works at it. One that is gone was cut, or forgotten. */
export const createImportFeed = ({ collections, logger }: LiveSource, position: () => string): SnapshotFeed<ImportProgressEvent> =>
  createSnapshotFeed<ImportProgressEvent>(
    async (importId, cursor, latest) => {
      const found = await collections.deviceImports.findOne({ _id: importId });
      if (found) return { event: { kind: 'progress', import: found, cursor }, isLast: OVER.has(found.status) };
      return latest && { event: { ...latest, import: { ...latest.import, status: 'EXPIRED' }, cursor }, isLast: true };
    },
    position,
    logger,
  );
