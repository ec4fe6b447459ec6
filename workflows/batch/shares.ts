import type { PushWindow } from '../../schema/model/batch/push-rate';

/** Less of the rate than this is handed to nobody. */
const LEAST = 0.001;

/**
 * The shares of a batch's rate that gateways have. One that takes its time keeps its share, so that all together never push faster than
 * the rate; what is left is the others'. Times are epoch milliseconds.
 */
export class Shares {
  /** By gateway, of 1. */
  private readonly out = new Map<string, number>();
  private readonly restingUntil = new Map<string, number>();
  private readonly troubles = new Map<string, string>();

  take(gatewayId: string, share: number): void {
    this.out.set(gatewayId, share);
  }

  /** `trouble`: why nothing gets through there; it is left alone until then. */
  giveBack(gatewayId: string, trouble: string | null = null, restUntil = 0): void {
    this.out.delete(gatewayId);
    if (trouble === null) {
      this.troubles.delete(gatewayId);
      return;
    }
    this.troubles.set(gatewayId, trouble);
    this.restingUntil.set(gatewayId, restUntil);
  }

  get count(): number {
    return this.out.size;
  }

  /** Gateways that get nothing now. */
  unavailable(now: number): string[] {
    for (const [gatewayId, until] of this.restingUntil) if (until <= now) this.restingUntil.delete(gatewayId);
    return [...new Set([...this.out.keys(), ...this.restingUntil.keys()])];
  }

  /** When the next of them has rested; null: none rests. */
  get restedAt(): number | null {
    return this.restingUntil.size > 0 ? Math.min(...this.restingUntil.values()) : null;
  }

  /** What nobody has, of 1. */
  get left(): number {
    const left = 1 - [...this.out.values()].reduce((sum, share) => sum + share, 0);
    return left < LEAST ? 0 : left;
  }

  /** What is left of a window; null: nothing. */
  windowLeft({ count, intervalMs }: PushWindow): PushWindow | null {
    const { left } = this;
    return left === 0 ? null : { count: Math.max(1, Math.floor(count * left)), intervalMs: intervalMs / left };
  }

  /** Why something does not get through just now; null: all does. */
  get trouble(): string | null {
    const [first = null] = this.troubles.values();
    return first;
  }

  /** Of gateways that have nothing to push any more nothing is said. */
  forgetAllBut(pushing: readonly string[], now: number): void {
    const known = new Set([...this.unavailable(now), ...pushing]);
    for (const gatewayId of this.troubles.keys()) if (!known.has(gatewayId)) this.troubles.delete(gatewayId);
  }
}
