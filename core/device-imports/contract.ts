import type { Readable } from 'node:stream';
import type { DeviceImport, DeviceImportProblem, ImportStatus } from '../../schema/model/device/device-import';
import type { Viewer } from '../access/viewer';
import type { Page, PageRequest } from '../paging/page';

export interface NewImport {
  productKey: string;
  /** Leaves out rows that are wrong, and creates the others. */
  skipInvalid?: boolean;
  /** The same key and file give the same import as long as it is kept; of the viewer's key. */
  idempotencyKey?: string | null;
}

/** What one device of an import signs in with. */
export interface ImportedSecret {
  deviceName: string;
  secret: string;
  /** Of the pre-shared key that was made; empty where none was. */
  pskIdentity: string;
  pskKey: string;
}

export interface ImportFilter {
  productKey?: string | null;
  status?: ImportStatus | null;
}

/** R-DEV-6: devices from a file, as many as a file may have rows. */
export interface DeviceImportService {
  /**
   * Reads CSV and checks each row; memory stays flat. Answers when all of it was checked: REFUSED, and nothing is created, or
   * CREATING, and it goes on by itself, whatever becomes of this process. Throws FILE_FORMAT, FILE_TOO_LARGE, TOO_MANY, REQUIRED,
   * IMPORT_COLUMNS, IMPORT_BUSY, IMPORT_REPLACED, IDEMPOTENCY_MISMATCH, PRODUCT_UNKNOWN and what the stream fails with; nothing is kept then.
   */
  create(viewer: Viewer, input: NewImport, file: Readable): Promise<DeviceImport>;
  get(id: string): Promise<DeviceImport | null>;
  /** Of the viewer's products, newest first. */
  list(viewer: Viewer, filter: ImportFilter, page: PageRequest): Promise<Page<DeviceImport>>;
  /** In the order of the file. */
  problems(viewer: Viewer, id: string): Promise<AsyncIterable<DeviceImportProblem>>;
  /**
   * The devices it created with their secrets, in the order of the file, until it is forgotten: for the API key that sent the file, and
   * administrators. The secret is empty where the device has another way in and the file gave none. Throws NOT_FOUND, NOT_ALLOWED,
   * IMPORT_UNFINISHED.
   */
  secrets(viewer: Viewer, id: string): Promise<AsyncIterable<ImportedSecret>>;
  /** Its secrets and its record; the devices stay. Throws as `secrets` does. */
  forget(viewer: Viewer, id: string, idempotencyKey?: string | null): Promise<DeviceImport>;
}
