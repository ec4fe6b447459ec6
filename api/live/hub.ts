import type { Gate } from '../../schema/model/cell/gate';
import type { BatchId } from '../../schema/model/ids';
import { batchOfTask } from '../../schema/model/ids';
import { type AuditReader, createAuditFeed } from './audit-feed';
import { createBatchFeed } from './batch-feed';
import { createCellFeed } from './cell-feed';
import { createChangeReader } from './change-reader';
import type {
  AuditFeedEvent,
  BatchFeedEvent,
  CellFeedEvent,
  ImportFeedEvent,
  TaskFeedEvent,
  TaskFeedFilter,
  UploadFeedEvent,
} from './events';
import { createImportFeed } from './import-feed';
import type { LiveSource } from './source';
import { createTaskFeed } from './task-feed';
import { createUploadFeed } from './upload-feed';

/** R-UI-1: one change stream a process, fanned out in memory. */
export interface LiveHub {
  /** Resolves when events flow; rejects when the store can't be read. */
  start(): Promise<void>;
  /** Ends every subscription. */
  stop(): Promise<void>;
  /** One event a change, latest wins per task for a slow reader. With `after` it goes on from there, or says Resync first. */
  subscribeTasks(filter: TaskFeedFilter, after?: string | null): AsyncIterableIterator<TaskFeedEvent>;
  /** The first event at once, then at most four a second and always the last one. */
  subscribeBatch(batchId: BatchId, after?: string | null): AsyncIterableIterator<BatchFeedEvent>;
  /** The same for an upload; ends when the upload does. */
  subscribeUpload(uploadId: string, after?: string | null): AsyncIterableIterator<UploadFeedEvent>;
  /** The same for an import; ends when the import does. */
  subscribeImport(importId: string, after?: string | null): AsyncIterableIterator<ImportFeedEvent>;
  /** The same for one coverage level of a radio cell, which has no end. */
  subscribeCell(gate: Gate, after?: string | null): AsyncIterableIterator<CellFeedEvent>;
  /** One event an entry, in the order of the store. */
  subscribeAudit(reader: AuditReader, after?: string | null): AsyncIterableIterator<AuditFeedEvent>;
}

export function createLiveHub(source: LiveSource): LiveHub {
  const taskCollection = source.collections.tasks.collectionName;
  const importCollection = source.collections.deviceImports.collectionName;
  const uploadCollection = source.collections.resumableUploads.collectionName;
  const cellCollection = source.collections.cells.collectionName;
  const auditCollection = source.collections.auditEntries.collectionName;
  const reader = createChangeReader(source, {
    onChange({ ns, documentKey, _id }) {
      const id = documentKey._id;
      if (ns.coll === auditCollection) return audit.added(id, _id._data);
      if (ns.coll === uploadCollection) {
        uploads.changed(id);
        return undefined;
      }
      if (ns.coll === importCollection) {
        imports.changed(id);
        return undefined;
      }
      if (ns.coll === cellCollection) {
        cells.changed(id);
        return undefined;
      }
      if (ns.coll !== taskCollection) {
        batches.changed(id);
        return undefined;
      }
      batches.changed(batchOfTask(id));
      cells.taskChanged();
      return tasks.changed(id, _id._data);
    },
    onLost() {
      tasks.resync();
      batches.resync();
      uploads.resync();
      imports.resync();
      cells.resync();
      audit.resync();
    },
  });
  const tasks = createTaskFeed(source, reader.position);
  const batches = createBatchFeed(source, reader.position);
  const uploads = createUploadFeed(source, reader.position);
  const imports = createImportFeed(source, reader.position);
  const cells = createCellFeed(source, reader.position);
  const audit = createAuditFeed(source, reader.position);
  return {
    start: reader.start,
    async stop() {
      await reader.stop();
      await Promise.all([tasks.stop(), batches.stop(), uploads.stop(), imports.stop(), cells.stop(), audit.stop()]);
    },
    subscribeTasks: (filter, after = null) => tasks.subscribe(filter, after),
    subscribeBatch: (batchId, after = null) => batches.subscribe(batchId, after),
    subscribeUpload: (uploadId, after = null) => uploads.subscribe(uploadId, after),
    subscribeImport: (importId, after = null) => imports.subscribe(importId, after),
    subscribeCell: (gate, after = null) => cells.subscribe(gate, after),
    subscribeAudit: (auditReader, after = null) => audit.subscribe(auditReader, after),
  };
}
