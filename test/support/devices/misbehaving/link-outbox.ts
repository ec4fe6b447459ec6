import { preciseNow } from '../device-events';
import type { DeviceLine } from '../session/device-line';
import type { BehaviourPlan } from './behaviour-plan';

/** Publishes for a Link device: once and in order, unless it is to do otherwise. */
export class LinkOutbox {
  /** A progress that is to arrive too late. */
  private heldBack: string | Buffer | null = null;

  constructor(
    private readonly plan: BehaviourPlan,
    private readonly line: DeviceLine,
    private readonly progressTopic: string,
  ) {}

  /** When it was sent, or null when there was no connection. */
  send(topic: string, payload: string | Buffer, qos: 0 | 1 = 0): number | null {
    const at = preciseNow();
    if (topic === this.progressTopic && !this.heldBack && this.plan.has('reorders')) {
      this.heldBack = payload;
      return at;
    }
    if (!this.line.publish(topic, payload, qos)) return null;
    if (this.heldBack) this.line.publish(this.progressTopic, this.heldBack, 0);
    this.heldBack = null;
    if (this.plan.has('reportsTwice')) this.line.publish(topic, payload, qos);
    return at;
  }
}
