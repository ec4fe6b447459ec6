import type { ParsedPacket } from 'coap-packet';
import type { Answer } from './coap-endpoint';
import { blockOf, blockOption, bytesOf, uintOf } from './coap-options';

export interface PushSettings {
  /** The largest block it takes: a server that sends larger ones is told so. Default 6, 1,024 bytes. */
  szx?: number;
  /** Answers a larger block with 4.13 and the size that it takes, in place of keeping the front of it. */
  refusesLarger?: boolean;
  /** What it has room for. Default no limit. */
  mostBytes?: number;
  /** Asked with each block's number: true when it has lost what came before. */
  loses?(num: number): boolean;
}

/** The answer to a block, with the whole body once that is there. */
export interface PushStep {
  answer: Answer;
  body?: Buffer;
  /** Refused for want of room. */
  tooLarge?: true;
}

/** Takes a body that a server pushes block by block (RFC 7959 §2.5), in order. */
export class BlockPush {
  private pieces: Buffer[] = [];
  private length = 0;

  constructor(private readonly settings: PushSettings) {}

  take(packet: ParsedPacket): PushStep {
    const block = blockOf(packet, 'Block1');
    if (block === null) return { answer: { code: '2.04' }, body: packet.payload };
    const { szx = 6, refusesLarger = false, mostBytes = Number.POSITIVE_INFINITY, loses } = this.settings;
    const options = [blockOption('Block1', { ...block, szx: Math.min(szx, block.szx) })];
    if (refusesLarger && block.szx > szx) return { answer: { code: '4.13', options } };
    const at = block.num * bytesOf(block.szx);
    if (block.num === 0) this.forget();
    if (loses?.(block.num)) this.forget();
    if (at !== this.length) return { answer: { code: '4.08' } };
    if (Math.max(uintOf(packet, 'Size1') ?? 0, at + packet.payload.length) > mostBytes) {
      return { answer: { code: '4.13', options }, tooLarge: true };
    }
    // A block that is larger than it wants counts all the same; the server goes on behind it with smaller ones (RFC 7959 §3.2, figure 8).
    this.pieces.push(packet.payload);
    this.length += packet.payload.length;
    if (block.more) return { answer: { code: '2.31', options } };
    const body = Buffer.concat(this.pieces);
    this.forget();
    return { answer: { code: '2.04', options }, body };
  }

  forget(): void {
    this.pieces = [];
    this.length = 0;
  }
}
