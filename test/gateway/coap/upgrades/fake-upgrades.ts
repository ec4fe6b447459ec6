import { EventEmitter, once } from 'node:events';
import type { Answer, Ask, LookReason, Lwm2mUpgrades } from '../../../../core/reports/lwm2m/contract';
import type { DeviceId } from '../../../../schema/model/ids';
import { ASK } from './asking';

export const EXECUTE: Ask = { ...ASK, kind: 'execute' };
export const OBSERVE: Ask = { ...ASK, kind: 'observe' };
export const LOOK: Ask = { ...ASK, kind: 'look', version: true, firmware: false, signal: false };

/** Core, as far as gateways ask it about upgrades: it wants what the test says, and keeps what it is told. */
export class FakeUpgrades implements Lwm2mUpgrades {
  /** `begin d1 REGISTERED`, `answered d1 execute`, `noticed d1 {"state":2}` … */
  readonly calls: string[] = [];
  readonly answers: Answer[] = [];
  fails = false;
  wants: (deviceId: DeviceId, reason: LookReason) => Ask | null = () => null;
  goesOn: (deviceId: DeviceId, ask: Ask, answer: Answer) => Ask | null = () => null;
  notices: (deviceId: DeviceId, seen: { state?: number | null; result?: number | null }) => Ask | null = () => null;
  isPushWanted = true;
  dueNow: DeviceId[] = [];
  private readonly changed = new EventEmitter();

  async begin(deviceId: DeviceId, reason: LookReason): Promise<Ask | null> {
    this.called(`begin ${deviceId} ${reason}`);
    return this.wants(deviceId, reason);
  }

  async answered(deviceId: DeviceId, ask: Ask, answer: Answer): Promise<Ask | null> {
    this.answers.push(answer);
    this.called(`answered ${deviceId} ${ask.kind}`);
    return this.goesOn(deviceId, ask, answer);
  }

  async pushBegan(deviceId: DeviceId): Promise<boolean> {
    this.called(`pushBegan ${deviceId}`);
    return this.isPushWanted;
  }

  async noticed(deviceId: DeviceId, seen: { state?: number | null; result?: number | null }): Promise<Ask | null> {
    this.called(`noticed ${deviceId} ${JSON.stringify(seen)}`);
    return this.notices(deviceId, seen);
  }

  async due(gatewayId: string, most: number): Promise<DeviceId[]> {
    this.called(`due ${gatewayId}`);
    return this.dueNow.slice(0, most);
  }

  /** Settles once all of these have been called, in any order. */
  async until(...calls: string[]): Promise<void> {
    while (!calls.every((call) => this.calls.includes(call))) await once(this.changed, 'call');
  }

  async untilAnswer(isWanted: (answer: Answer) => boolean): Promise<void> {
    while (!this.answers.some(isWanted)) await once(this.changed, 'call');
  }

  private called(call: string): void {
    this.calls.push(call);
    this.changed.emit('call');
    if (this.fails) throw new Error('no database');
  }
}
