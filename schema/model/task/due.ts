import type { TaskId } from '../ids';
import type { UpgradeInput } from './upgrade';

/** Tasks of a batch that are due, at one gateway process: pushes leave where the connections are. */
export interface DueGroup {
  gatewayId: string;
  taskIds: TaskId[];
  /** Platform-led tasks, whose devices are asked for their version first. Absent: none. */
  asked?: TaskId[];
  /** Those among them whose upgrade workflow does not run yet. */
  starting?: UpgradeInput[];
}

/** What a look for due tasks finds. */
export interface DueNow {
  groups: DueGroup[];
  /** When the next task is due by the clock, epoch milliseconds; null when only an event can make one due. */
  nextDueAt: number | null;
  /** False when every task has ended. */
  open: boolean;
}
