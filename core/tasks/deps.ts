import type { DeviceId } from '../../schema/model/ids';
import type { FirmwarePackage } from '../../schema/model/package/firmware-package';
import type { Clock } from '../clock';
import type { UpgradeEngine } from '../ports';
import type { CoreSettings } from '../settings';
import type { BatchFacts } from './batch-facts';
import type { TaskStore } from './store';

/** What the parts of core/tasks work with. */
export interface TaskDeps {
  tasks: TaskStore;
  engine: UpgradeEngine;
  facts: (batchId: string) => Promise<BatchFacts>;
  /** R-PKG-8: a signature for each file, or none where the product's Secure Update is off. */
  digestSigns?: (firmware: FirmwarePackage) => Promise<readonly string[]>;
  /** R-BAT-5: the source versions of a batch as they are now; empty: any. Absent: the package alone decides. */
  sourcesOf?: (batchId: string) => Promise<readonly string[]>;
  /** Since when a device is reached over its parent's connection; null: over its own, or not at all. Absent: none has a parent. */
  throughParentSince?: (deviceId: DeviceId) => Promise<Date | null>;
  settings: CoreSettings;
  clock: Clock;
}
