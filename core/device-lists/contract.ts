import type { Readable } from 'node:stream';
import type { DeviceList, DeviceListProblem } from '../../schema/model/device/device-list';
import type { Viewer } from '../access/viewer';

/** R-BAT-3: files that name the devices of a batch. */
export interface DeviceListService {
  /**
   * Reads CSV with one device name a row, and checks each; memory stays flat. Blank rows are left out, and a first row `deviceName`.
   * Throws FILE_FORMAT, FILE_TOO_LARGE, TOO_MANY, REQUIRED, PRODUCT_UNKNOWN and what the stream fails with; nothing is kept then.
   */
  create(viewer: Viewer, productKey: string, file: Readable): Promise<DeviceList>;
  get(id: string): Promise<DeviceList | null>;
  /** In the order of the file. */
  problems(id: string): AsyncIterable<DeviceListProblem>;
}
