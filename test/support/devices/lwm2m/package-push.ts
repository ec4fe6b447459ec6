import type { ParsedPacket } from 'coap-packet';
import type { BehaviourPlan } from '../misbehaving/behaviour-plan';
import { BlockPush } from './coap/block-push';
import type { Answer } from './coap/coap-endpoint';
import { blockOf } from './coap/coap-options';
import type { Habits } from './habits';
import { type FirmwareObject, RESULT, STATE } from './objects/firmware-object';

export interface PackagePushParts {
  habits: Habits;
  plan: BehaviourPlan;
  firmware: FirmwareObject;
  /** A block was taken, and others follow; it is answered after this. */
  onBlock(): void;
  onBytes(bytes: number): void;
  /** The package is whole. */
  onPackage(body: Buffer): void;
}

/** What a server pushes to `/5/0/0`: the package in blocks, or the NUL byte alone that resets (device-protocols §3.3). */
export class PackagePush {
  /** Tokens of each push, in order: one a push, if the server does as it should. */
  readonly tokens: string[][] = [];
  private readonly blocks: BlockPush;
  /** Between a first block and the last. */
  begun = false;
  private left = false;

  constructor(private readonly parts: PackagePushParts) {
    const { szx, mostBytes, refusesLargerBlocks } = parts.habits;
    this.blocks = new BlockPush({
      ...(szx !== null && { szx }),
      ...(mostBytes !== null && { mostBytes }),
      refusesLarger: refusesLargerBlocks,
      loses: (num) => parts.plan.take('losesPush', ({ atBlock }) => atBlock === num) !== undefined,
    });
  }

  /** Whether it is being pushed to: some clients serve nothing else then. */
  get busy(): boolean {
    return this.begun && this.parts.firmware.state === STATE.downloading;
  }

  /** What has come is lost. */
  forget(): void {
    this.begun = false;
    this.blocks.forget();
  }

  /** Null: it is left without an answer. */
  take(packet: ParsedPacket): Answer | null {
    const { firmware, habits } = this.parts;
    const block = blockOf(packet, 'Block1');
    const whole = block === null || (block.num === 0 && !block.more);
    if (whole && packet.payload.length === 1 && packet.payload[0] === 0) return { code: firmware.resetByPackage() };
    if (firmware.state === STATE.updating || firmware.state === STATE.downloaded || habits.delivery === 0) return { code: '4.05' };
    const num = block?.num ?? 0;
    if (this.leaves(num)) return null;
    this.noteToken(num, packet.token.toString('hex'));
    const { answer, body, tooLarge } = this.blocks.take(packet);
    this.begun = body === undefined && answer.code.startsWith('2.');
    if (answer.code.startsWith('2.')) this.parts.onBytes(packet.payload.length);
    if (tooLarge) firmware.to(STATE.idle, RESULT.noStorage);
    else if (body) setImmediate(() => this.parts.onPackage(body));
    else if (this.begun) {
      firmware.to(STATE.downloading, RESULT.none);
      this.parts.onBlock();
    }
    return this.inTime(answer, num);
  }

  private leaves(num: number): boolean {
    const { plan } = this.parts;
    if (num === 0) this.left = false;
    if (!this.left && plan.take('leavesPush', ({ fromBlock }) => fromBlock === num)) this.left = true;
    return this.left;
  }

  private inTime(answer: Answer, num: number): Answer {
    const pace = this.parts.plan.get('answersPush');
    const afterMs = num === 0 ? pace?.firstMs : pace?.eachMs;
    return afterMs ? { ...answer, afterMs } : answer;
  }

  private noteToken(num: number, token: string): void {
    const last = this.tokens.at(-1);
    if (num === 0 || !last) this.tokens.push([token]);
    else if (!last.includes(token)) last.push(token);
  }
}
