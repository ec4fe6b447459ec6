import type { Delivery } from './coap/coap-endpoint';

interface Observation {
  token: Buffer;
  path: string;
  accept: number | null;
  number: number;
  lastAt: number;
  timer: NodeJS.Timeout | null;
}

/** Seconds; of a path, or of one above it. */
export interface NotifyAttributes {
  pmin?: number;
  pmax?: number;
}

export interface ObservationsParts {
  /** The value as it is now. */
  notify(observation: { token: Buffer; path: string; accept: number | null; number: number }): Promise<Delivery>;
}

const MOST_NUMBER = 0xff_ffff;

/** What a server observes of a device: one observation a path and token (LwM2M Core 1.1 §6.4, RFC 7641). */
export class Observations {
  private readonly observed = new Map<string, Observation>();
  private readonly attributes = new Map<string, NotifyAttributes>();
  /** Of all observations: who observes again with the same token is told nothing older than before (RFC 7641 §4.4). */
  private last = 0;

  constructor(private readonly parts: ObservationsParts) {}

  get paths(): string[] {
    return [...this.observed.values()].map(({ path }) => path);
  }

  /** The number of the first answer. */
  begin(token: Buffer, path: string, accept: number | null): number {
    this.end(token);
    const observation = { token, path, accept, number: this.next(), lastAt: performance.now(), timer: null };
    this.observed.set(token.toString('hex'), observation);
    this.arm(observation);
    return observation.number;
  }

  end(token: Buffer): void {
    const key = token.toString('hex');
    const observation = this.observed.get(key);
    if (observation?.timer) clearTimeout(observation.timer);
    this.observed.delete(key);
  }

  /** A registration is new: what was observed before is not any more (device-protocols §3.1). */
  endAll(): void {
    for (const { token } of [...this.observed.values()]) this.end(token);
  }

  write(path: string, attributes: NotifyAttributes): void {
    this.attributes.set(path, { ...this.attributes.get(path), ...attributes });
  }

  /** A value has changed: who observes it or what is above it is told, not before pmin has passed. */
  changed(path: string): void {
    for (const observation of this.observed.values()) {
      if (path !== observation.path && !path.startsWith(`${observation.path}/`)) continue;
      const { pmin = 0 } = this.attributesOf(observation.path);
      this.tellAt(observation, Math.max(0, observation.lastAt + pmin * 1_000 - performance.now()));
    }
  }

  private attributesOf(path: string): NotifyAttributes {
    const parts = path.split('/');
    const above = parts.map((_, index) => parts.slice(0, index + 1).join('/'));
    return Object.assign({}, ...above.map((at) => this.attributes.get(at) ?? {}));
  }

  private arm(observation: Observation): void {
    const { pmin = 0, pmax } = this.attributesOf(observation.path);
    if (pmax !== undefined && pmax >= pmin && pmax > 0) this.tellAt(observation, pmax * 1_000);
  }

  private tellAt(observation: Observation, ms: number): void {
    if (observation.timer) clearTimeout(observation.timer);
    observation.timer = null;
    if (ms === 0) {
      this.tell(observation);
      return;
    }
    observation.timer = setTimeout(() => this.tell(observation), ms);
    observation.timer.unref();
  }

  private next(): number {
    this.last = (this.last + 1) & MOST_NUMBER;
    return this.last;
  }

  private tell(observation: Observation): void {
    observation.number = this.next();
    observation.lastAt = performance.now();
    void this.parts.notify(observation).then((delivery) => {
      if (delivery === 'rejected' || delivery === 'unanswered') this.end(observation.token);
    });
    this.arm(observation);
  }
}
