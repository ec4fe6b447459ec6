import { proxyActivities, proxyLocalActivities, setHandler } from '@temporalio/workflow';
import type { BatchActivities } from './activities';
import { refuseIfOver } from './commands';
import type { BatchControl } from './control';
import { type BatchInput, endMatchingUpdate, scanBatchUpdate } from './messages';

const { endMatching } = proxyLocalActivities<BatchActivities>({ startToCloseTimeout: '30s' });
const { scanMatches } = proxyActivities<BatchActivities>({ startToCloseTimeout: '1h', heartbeatTimeout: '30s' });

/** A batch that is busy all the time looks for devices it missed all the same, after so many minutes; one that sleeps does more often. */
const SCAN_MINUTES = 10;

/** R-BAT-1: what only a dynamic batch does. It does not end with its tasks, but once it takes no further devices. */
export class DynamicPart {
  private scannedAt = Date.now();

  constructor(
    private readonly input: BatchInput,
    private readonly control: BatchControl,
  ) {}

  get isDue(): boolean {
    return this.control.matching && Date.now() - this.scannedAt >= SCAN_MINUTES * this.input.minuteMs;
  }

  /** Also finds out that the batch takes devices no more, where nobody has said so. */
  async scan(): Promise<void> {
    if (!this.control.matching) return;
    if (!(await scanMatches(this.input.batchId))) this.control.endMatching();
    this.scannedAt = Date.now();
  }
}

export function handleMatching({ batchId }: BatchInput, control: BatchControl): void {
  setHandler(
    endMatchingUpdate,
    async () => {
      await endMatching(batchId);
      control.endMatching();
      return 0;
    },
    { validator: () => refuseIfOver(control) },
  );
  setHandler(
    scanBatchUpdate,
    async () => {
      await scanMatches(batchId);
      control.wake();
      return 0;
    },
    { validator: () => refuseIfOver(control) },
  );
}
