import type { Answer, Ask } from '../../core/reports/lwm2m/contract';
import type { FirmwareSeen } from '../../schema/model/lwm2m/reading';

type Refused = { refused: string; text: string; result: number | null };

/** Object 5 of a device in memory, as the specification has it, save for what a test changes. */
export class DeviceModel {
  version = '1.0.0';
  state = 0;
  result = 0;
  delivery: number | null = 2;
  protocols: number[] | null = [0, 1, 2, 3];
  automatic: boolean | null = null;
  deferSeconds: number | null = null;
  /** What it becomes of once it has installed. */
  target = '2.0.0';
  silent = false;
  /** It downloads as soon as it has the address, and is at state 1 before its answer is out. */
  eager = false;
  /** Each delivery, with the state that it came in. */
  deliveries: { kind: 'offer' | 'push'; state: number }[] = [];
  executed = 0;
  resets = 0;
  asks: string[] = [];
  /** Instead of what the specification has. Undefined: that. */
  misbehaves: { [K in Ask['kind']]?: (device: DeviceModel) => Answer | undefined } = {};

  get firmware(): FirmwareSeen {
    const { state, result, delivery, protocols, automatic, deferSeconds } = this;
    return { state, result, delivery, protocols, automatic, deferSeconds, packageVersion: null };
  }

  answer(ask: Ask): Answer {
    this.asks.push(ask.kind);
    const other = this.silent ? undefined : this.misbehaves[ask.kind]?.(this);
    if (other !== undefined) return other;
    return this.silent ? silence(ask) : this.obey(ask);
  }

  private obey(ask: Ask): Answer {
    switch (ask.kind) {
      case 'look':
        return {
          kind: 'looked',
          version: ask.version ? { value: this.version } : null,
          firmware: ask.firmware ? { value: this.firmware } : null,
          signal: ask.signal ? { missing: 'NOT_THERE' } : null,
        };
      case 'offer':
        this.deliveries.push({ kind: 'offer', state: this.state });
        if (this.state !== 0) return { kind: 'offered', outcome: this.refusal('4.00') };
        if (this.eager) Object.assign(this, { state: 1, result: 0 });
        return { kind: 'offered', outcome: 'ACCEPTED' };
      case 'push':
        this.deliveries.push({ kind: 'push', state: this.state });
        if (this.state !== 0) return { kind: 'pushed', outcome: this.refusal('4.00') };
        Object.assign(this, { state: 2, result: 0 });
        return { kind: 'pushed', outcome: 'COMPLETE' };
      case 'observe':
        return { kind: 'observed' };
      case 'release':
        return { kind: 'released' };
      case 'reset':
        this.resets += 1;
        if (this.state === 3) return { kind: 'reset', outcome: 'TOO_LATE' };
        Object.assign(this, { state: 0, result: 0 });
        return { kind: 'reset', outcome: { state: 0 } };
      case 'execute':
        if (this.state !== 2) return { kind: 'executed', outcome: this.refusal('4.05') };
        this.executed += 1;
        Object.assign(this, { state: 3, result: 0 });
        return { kind: 'executed', outcome: 'ACCEPTED' };
    }
  }

  private refusal(code: string): Refused {
    return { refused: code, text: '', result: this.result };
  }

  install(): void {
    Object.assign(this, { state: 0, result: 1, version: this.target });
  }
}

function silence(ask: Ask): Answer {
  const failed = { failed: 'SILENT' as const };
  switch (ask.kind) {
    case 'look':
      return {
        kind: 'looked',
        version: ask.version ? failed : null,
        firmware: ask.firmware ? failed : null,
        signal: ask.signal ? failed : null,
      };
    case 'offer':
      return { kind: 'offered', outcome: failed };
    case 'push':
      return { kind: 'pushed', outcome: failed };
    case 'reset':
      return { kind: 'reset', outcome: failed };
    case 'execute':
      return { kind: 'executed', outcome: failed };
    case 'observe':
      return { kind: 'observed' };
    case 'release':
      return { kind: 'released' };
  }
}
