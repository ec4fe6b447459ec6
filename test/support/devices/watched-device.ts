import { EventEmitter } from 'node:events';
import { type DeviceEventKind, type DeviceEvents, type DeviceObserver, noCounts, preciseNow } from './device-events';
import { patience } from './patience';

/** What of a virtual device can be watched from outside, whatever dialect it speaks. */
export abstract class WatchedDevice extends EventEmitter<DeviceEvents> {
  readonly counts = noCounts();
  abstract readonly deviceName: string;

  constructor(private readonly observer?: DeviceObserver) {
    super();
  }

  /** The next such event, or a rejection when none came in time. */
  waitFor<K extends DeviceEventKind>(
    kind: K,
    { timeoutMs = patience(120_000), where = () => true }: { timeoutMs?: number; where?: (event: DeviceEvents[K][0]) => boolean } = {},
  ): Promise<DeviceEvents[K][0]> {
    return new Promise((resolve, reject) => {
      const emitter = this.untyped;
      const listener = (event: DeviceEvents[K][0]) => {
        if (!where(event)) return;
        clearTimeout(end);
        emitter.off(kind, listener);
        resolve(event);
      };
      const end = setTimeout(() => {
        emitter.off(kind, listener);
        reject(new Error(`device ${this.deviceName}: no '${kind}' within ${timeoutMs} ms`));
      }, timeoutMs);
      emitter.on(kind, listener);
    });
  }

  protected tell<K extends DeviceEventKind>(kind: K, event: DeviceEvents[K][0]): void {
    this.untyped.emit(kind, event);
    this.observer?.(this.deviceName, kind, event);
  }

  /** The typed emitter cannot follow a kind that is a type parameter. */
  private get untyped(): EventEmitter {
    return this;
  }

  protected complain(message: string): void {
    this.counts.problems += 1;
    this.tell('problem', { at: preciseNow(), message });
  }
}
