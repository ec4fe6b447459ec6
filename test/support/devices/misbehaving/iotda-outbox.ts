import { preciseNow } from '../device-events';
import type { DeviceLine } from '../session/device-line';
import type { BehaviourPlan } from './behaviour-plan';

/** Publishes for an IoTDA device: once and in order, unless it is to do otherwise. */
export class IotdaOutbox {
  /** A message that the next one overtakes. */
  private held: string | null = null;

  constructor(
    private readonly plan: BehaviourPlan,
    private readonly line: DeviceLine,
    private readonly topic: string,
  ) {}

  /** When it was sent, or null when there was no connection. */
  send(payload: string): number | null {
    const at = preciseNow();
    if (!this.line.connected) return null;
    const { held } = this;
    this.held = null;
    if (this.plan.has('reorders') && held === null) {
      this.held = payload;
      return at;
    }
    for (const message of held === null ? [payload] : [payload, held]) {
      this.line.publish(this.topic, message);
      if (this.plan.has('reportsTwice')) this.line.publish(this.topic, message);
    }
    return at;
  }

  /** What is held goes with the power. */
  forget(): void {
    this.held = null;
  }
}
