import { randomBytes } from 'node:crypto';
import type { CoapRequest } from '../../front/requests';
import { type Block, readBlock, writeBlock } from '../../message/block-option';
import { CODE, isSuccess } from '../../message/codes';
import type { CoapMessage } from '../../message/message';
import { OPTION, optionOf, uintOption } from '../../message/options';
import { CONTENT_FORMAT } from '../formats/content-format';
import { createBlock1Transfer, type Part, type TransferEnd } from './block1-transfer';
import type { Exchange } from './exchange';
import { type Target, uriPath } from './operations';
import { type Outcome, type RequestFailure, refusal } from './outcome';

/** A body that is read while it is written to the device, a block at a time. */
export interface BlockSource {
  /** Bytes of the whole, at least 1. */
  size: number;
  /** `length` bytes from `offset` on, which may be read again. Null: there are no more, and nothing more is sent. `busy`: not now. */
  read(offset: number, length: number): Promise<Buffer | null | 'busy'>;
  /** The device has taken the first block. False: nothing more is sent. */
  began(): Promise<boolean>;
}

/** STOPPED: the source had no more, or did not want it. */
export type BlocksEnd = TransferEnd | 'STOPPED';

const TOKEN_BYTES = 8;

/** One write in blocks, which goes on where it was when the device is at another address meanwhile. */
export interface BlockWrite {
  /** Whether the device has got something of it. */
  readonly begun: boolean;
  run(exchange: Exchange): Promise<Outcome<BlocksEnd>>;
}

/** PUT with Block1 of bytes as they are (RFC 7959 §2.5, device-protocols §3.5 B): one token for all blocks, and a message id for each. */
export function createBlockWrite(path: string, source: BlockSource): BlockWrite {
  const transfer = createBlock1Transfer(source.size);
  const token = randomBytes(TOKEN_BYTES);
  const isLate = (response: CoapMessage): boolean => transfer.isLate(blockOf(response));
  let registrationId: string | null = null;
  let isTaken = false;

  /** Null: it has registered anew meanwhile. */
  async function send(exchange: Exchange, bytes: Buffer): Promise<CoapMessage | null> {
    try {
      const { response } = await exchange((to) => {
        registrationId ??= to.registrationId;
        if (registrationId !== to.registrationId) throw new OtherRegistration();
        return { request: blockRequest({ root: to.root, path }, transfer.part(), { bytes, size: source.size }), token, isLate };
      });
      return response;
    } catch (error) {
      if (error instanceof OtherRegistration) return null;
      throw error;
    }
  }

  return {
    get begun() {
      return registrationId !== null;
    },
    async run(exchange) {
      if (registrationId !== null) transfer.sentAgain();
      for (;;) {
        const { offset, length } = transfer.part();
        const bytes = await source.read(offset, length);
        if (bytes === 'busy') return { failed: 'busy' };
        if (bytes === null) return { done: 'STOPPED' };
        const response = await send(exchange, bytes);
        if (response === null) return SILENT;
        const step = transfer.answered(response.code, blockOf(response));
        if (step === 'refused') return refusal(response);
        if (!isTaken && isSuccess(response.code)) {
          isTaken = true;
          if (!(await source.began())) return { done: 'STOPPED' };
        }
        if (step !== 'next') return { done: step.end };
      }
    },
  };
}

/** What it was sent under its earlier registration it may have forgotten: it has to be looked at first. */
class OtherRegistration extends Error {}
const SILENT: RequestFailure = { failed: 'timeout', sent: true };

function blockOf(response: CoapMessage): Block | null {
  const value = optionOf(response, OPTION.block1);
  return value === undefined ? null : readBlock(value);
}

function blockRequest(target: Target, { block }: Part, { bytes, size }: { bytes: Buffer; size: number }): CoapRequest {
  return {
    code: CODE.put,
    options: [
      ...uriPath(target),
      uintOption(OPTION.contentFormat, CONTENT_FORMAT.opaque),
      { number: OPTION.block1, value: writeBlock(block) },
      ...(block.num === 0 ? [uintOption(OPTION.size1, size)] : []),
    ],
    payload: bytes,
  };
}
