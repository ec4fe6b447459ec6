import type { Calls } from '../calls/calls';
import type { UpgradeEngine } from '../ports';
import type { TaskStore } from '../tasks/store';
import type { DynamicBatchService } from './contract';
import type { PreviewDeps } from './preview';

/** What the parts of core/batches work with. */
export interface BatchDeps extends PreviewDeps {
  tasks: TaskStore;
  engine: UpgradeEngine;
  calls: Calls;
  /** What only dynamic batches have. */
  dynamic: DynamicBatchService;
}
