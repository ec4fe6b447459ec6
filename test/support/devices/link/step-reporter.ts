import { setTimeout as delay } from 'node:timers/promises';
import { aborted } from '../aborted';
import type { LinkUpgradeHost } from './link-upgrade';

/** Reports a download's percentages in order, spread, stalled or cut as the device's behaviours say. */
export class StepReporter {
  private readonly steps: readonly number[];
  private readonly pauseMs: number;
  private next = 0;
  private last = 0;

  constructor(private readonly host: LinkUpgradeHost) {
    const { stepsReported = [25, 50, 75, 100], downloadMs = 0 } = host.pacing;
    const stall = host.plan.get('stallsAt');
    this.steps = stall ? [...stepsReported.filter((step) => step < stall.percent), stall.percent] : stepsReported;
    const overMs = host.plan.get('slow')?.overMs ?? downloadMs;
    this.pauseMs = overMs / Math.max(1, stepsReported.length);
  }

  /** The SDK sends its last percentage each time it opens the request, 0 at first (device-protocols §1.3). */
  opened(): void {
    this.host.reportStep(this.last);
  }

  /** Reports what `percent` has passed. 100 is kept back: it says that the file is whole. */
  async upTo(percent: number): Promise<void> {
    for (let step = this.steps[this.next]; step !== undefined && step <= percent && step < 100; step = this.steps[this.next]) {
      await this.report(step);
    }
  }

  async finish(): Promise<void> {
    await this.upTo(99);
    if (this.steps[this.next] === 100) await this.report(100);
  }

  private async report(step: number): Promise<void> {
    const { host } = this;
    if (this.pauseMs > 0) await delay(this.pauseMs, undefined, { signal: host.signal });
    this.next += 1;
    this.last = step;
    if (step > 0) host.reportStep(step);
    const stall = host.plan.get('stallsAt');
    if (stall && step >= stall.percent) await aborted(host.signal);
    if (step > 0 && step < 100) host.cutIfPlanned('progress');
  }
}
