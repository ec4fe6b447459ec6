import type { DeviceScope } from '../../core/access/apps/device-scope';
import type { Batch } from '../../schema/model/batch/batch';
import type { Gate } from '../../schema/model/cell/gate';
import type { Group } from '../../schema/model/device/group';
import type { BatchId } from '../../schema/model/ids';
import { batchOfTask } from '../../schema/model/ids';
import { type AuditReader, createAuditFeed } from './audit-feed';
import { createBatchFeed } from './batch-feed';
import { type BatchesFilter, createBatchListFeed } from './batch-list-feed';
import { createCellFeed } from './cell-feed';
import { createChangeReader } from './change-reader';
import { createDeviceFeed, type DeviceFeedEvent, type DeviceFeedFilter } from './device-feed';
import type { DocumentFeedEvent } from './document-feed';
import type {
  AuditFeedEvent,
  BatchFeedEvent,
  CellFeedEvent,
  ImportFeedEvent,
  TaskFeedEvent,
  TaskFeedFilter,
  UploadFeedEvent,
} from './events';
import { createGroupFeed, type GroupsFilter } from './group-feed';
import { createImportFeed } from './import-feed';
import type { Change, LiveSource } from './source';
import { createTaskFeed } from './task-feed';
import { createUploadFeed } from './upload-feed';

/** R-UI-1: one change stream a process, fanned out in memory. */
export interface LiveHub {
  /** Resolves when events flow; rejects when the store can't be read. */
  start(): Promise<void>;
  /** Ends every subscription. */
  stop(): Promise<void>;
  /**
   * One event a change, latest wins per task for a slow reader. With `after` it goes on from there, or says Resync first. `scope`: of these
   * devices only, a Resync following each change of an owner's.
   */
  subscribeTasks(filter: TaskFeedFilter, after?: string | null, scope?: DeviceScope | null): AsyncIterableIterator<TaskFeedEvent>;
  /** The first event at once, then at most four a second and always the last one. */
  subscribeBatch(batchId: BatchId, after?: string | null): AsyncIterableIterator<BatchFeedEvent>;
  /** The same for an upload; ends when the upload does. */
  subscribeUpload(uploadId: string, after?: string | null): AsyncIterableIterator<UploadFeedEvent>;
  /** The same for an import; ends when the import does. */
  subscribeImport(importId: string, after?: string | null): AsyncIterableIterator<ImportFeedEvent>;
  /** The same for one coverage level of a radio cell, which has no end. */
  subscribeCell(gate: Gate, after?: string | null): AsyncIterableIterator<CellFeedEvent>;
  /** One event a change of a batch itself, not of its tasks; latest wins per batch. */
  subscribeBatches(filter: BatchesFilter, after?: string | null): AsyncIterableIterator<DocumentFeedEvent<Batch>>;
  /** The same of a group itself, not of its members. */
  subscribeGroups(filter: GroupsFilter, after?: string | null): AsyncIterableIterator<DocumentFeedEvent<Group>>;
  /** The same of devices: presence, versions, what people keep about them; at most four times a second each. */
  subscribeDevices(filter: DeviceFeedFilter, after?: string | null): AsyncIterableIterator<DeviceFeedEvent>;
  /** One event an entry, in the order of the store. */
  subscribeAudit(reader: AuditReader, after?: string | null): AsyncIterableIterator<AuditFeedEvent>;
}

const ownerAfter = ({ fullDocument, updateDescription }: Change): string | null =>
  fullDocument?.owner ?? updateDescription?.updatedFields?.owner ?? null;

export function createLiveHub(source: LiveSource): LiveHub {
  const deviceCollection = source.collections.devices.collectionName;
  const taskCollection = source.collections.tasks.collectionName;
  const importCollection = source.collections.deviceImports.collectionName;
  const uploadCollection = source.collections.resumableUploads.collectionName;
  const cellCollection = source.collections.cells.collectionName;
  const groupCollection = source.collections.groups.collectionName;
  const auditCollection = source.collections.auditEntries.collectionName;
  const reader = createChangeReader(source, {
    onChange(change) {
      const { ns, documentKey, _id } = change;
      const id = documentKey._id;
      if (ns.coll === deviceCollection) {
        tasks.ownerChanged(id, ownerAfter(change));
        return undefined;
      }
      if (ns.coll === auditCollection) return audit.added(id, _id._data);
      if (ns.coll === groupCollection) return groups.changed(id, _id._data);
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
        return batchList.changed(id, _id._data);
      }
      batches.changed(batchOfTask(id));
      cells.taskChanged();
      return tasks.changed(id, _id._data);
    },
    onLost() {
      tasks.resync();
      batches.resync();
      batchList.resync();
      uploads.resync();
      imports.resync();
      cells.resync();
      groups.resync();
      audit.resync();
    },
  });
  const tasks = createTaskFeed(source, reader.position);
  const batches = createBatchFeed(source, reader.position);
  const batchList = createBatchListFeed(source, reader.position);
  const devices = createDeviceFeed(source);
  const uploads = createUploadFeed(source, reader.position);
  const imports = createImportFeed(source, reader.position);
  const cells = createCellFeed(source, reader.position);
  const groups = createGroupFeed(source, reader.position);
  const audit = createAuditFeed(source, reader.position);
  return {
    start: reader.start,
    async stop() {
      await reader.stop();
      await Promise.all([tasks, batches, batchList, devices, uploads, imports, cells, groups, audit].map((feed) => feed.stop()));
    },
    subscribeTasks: (filter, after = null, scope = null) => tasks.subscribe(filter, after, scope),
    subscribeBatch: (batchId, after = null) => batches.subscribe(batchId, after),
    subscribeBatches: (filter, after = null) => batchList.subscribe(filter, after),
    subscribeDevices: (filter, after = null) => devices.subscribe(filter, after),
    subscribeGroups: (filter, after = null) => groups.subscribe(filter, after),
    subscribeUpload: (uploadId, after = null) => uploads.subscribe(uploadId, after),
    subscribeImport: (importId, after = null) => imports.subscribe(importId, after),
    subscribeCell: (gate, after = null) => cells.subscribe(gate, after),
    subscribeAudit: (auditReader, after = null) => audit.subscribe(auditReader, after),
  };
}
