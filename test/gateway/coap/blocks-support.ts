import { createHash } from 'node:crypto';
import { createBlockReader } from '../../../core/downloads/block-reader';
import { createTokenBlocks } from '../../../core/downloads/token-blocks';
import { createBlockAnswers } from '../../../gateways/coap/blocks/block-answers';
import { BLOCK_RESULTS, type BlockMetrics } from '../../../gateways/coap/blocks/metrics';
import { readBlock, writeBlock } from '../../../gateways/coap/message/block-option';
import { CODE, codeText } from '../../../gateways/coap/message/codes';
import { type CoapMessage, type CoapOption, NO_BYTES } from '../../../gateways/coap/message/message';
import { OPTION, optionOf, pathOptions, uintOf } from '../../../gateways/coap/message/options';
import { parseMessage } from '../../../gateways/coap/message/parse';
import { writeMessage } from '../../../gateways/coap/message/write';
import { aTask } from '../../support/builders';
import { settingsWith } from '../../support/core-parts';

/** 22 characters. */
export const TOKEN = 'dGhlIHRva2VuIG9mIGEgdA';
export const GONE = 'ZW5kZWQgZW5kZWQgZW5kZQ';

/** An answer as its device reads it from the datagram. */
export interface ReadAnswer {
  code: string;
  block2?: ReturnType<typeof readBlock>;
  /** Hex. */
  etag?: string;
  size2?: number;
  contentFormat?: number;
  maxAge?: number;
  payload: Buffer;
}

export interface Asked {
  block2?: Buffer | { num: number; szx: number; more?: boolean };
  method?: number;
  path?: readonly string[];
  options?: readonly CoapOption[];
  peer?: string;
  deviceId?: string | null;
}

/** The request as it comes out of a datagram. */
export function requestOf({ block2, method = CODE.get, path = ['f', TOKEN], options = [] }: Asked): CoapMessage {
  const value = block2 === undefined || Buffer.isBuffer(block2) ? block2 : writeBlock({ more: false, ...block2 });
  const all = [...pathOptions(path), ...options, ...(value ? [{ number: OPTION.block2, value }] : [])];
  const message: CoapMessage = { type: 'CON', code: method, messageId: 7, token: Buffer.of(1), options: all, payload: NO_BYTES };
  return read(writeMessage(message));
}

function read(datagram: Buffer): CoapMessage {
  const parsed = parseMessage(datagram);
  if (!('message' in parsed)) throw new Error(`The datagram is malformed: ${parsed.malformed}.`);
  return parsed.message;
}

export interface BlockServer {
  answerBlock: ReturnType<typeof createBlockAnswers>;
  ask(asked?: Asked): Promise<ReadAnswer>;
  /** The datagrams of the answers, in their order. */
  datagrams: Buffer[];
  counts: Record<string, number>;
  /** What goes wrong with each read of the store from now on. */
  fail(error: Error): void;
}

/** Serves the bytes under `TOKEN`; the task of `GONE` has ended. */
export function blockServer(bytes: Buffer, limits: Parameters<typeof settingsWith>[0] = {}): BlockServer {
  const settings = settingsWith(limits);
  const task = aTask({ _id: 'b.p.d', deviceId: 'p.d', status: 'IN_PROGRESS' });
  const file = { fileId: 'f', name: 'fw.bin', size: bytes.length, md5: '', sha256: createHash('sha256').update(bytes).digest('hex') };
  const grant = { attempt: 1, fileIndex: 0, expiresAt: new Date(Date.now() + 3_600_000) };
  let failure: Error | null = null;
  let skipped = 0;
  const blocks = createTokenBlocks({
    tokens: {
      find: async (token) => (token === TOKEN || token === GONE ? { ...grant, taskId: token === TOKEN ? task._id : 'b.p.gone' } : null),
    },
    standings: { ofTask: async (taskId) => ({ task: { ...task, active: taskId === task._id }, device: { enabled: true } }) },
    fileOf: async () => file,
    reader: createBlockReader(
      {
        async fill(_file, start, into) {
          if (failure) throw failure;
          bytes.copy(into, 0, start);
        },
      },
      { blockBytes: 4_096 },
    ),
    meter: { add: () => undefined, flush: async () => undefined, close: async () => undefined },
    onOpened: async () => undefined,
    limits: settings.limits,
    clock: () => new Date(),
    // Time goes on for what waits for it, and not by itself.
    now: () => skipped,
    async delay(ms) {
      await new Promise(setImmediate);
      skipped += ms;
    },
  });
  const counts: Record<string, number> = {};
  const count = (name: string, by = 1): void => {
    counts[name] = (counts[name] ?? 0) + by;
  };
  const metrics: BlockMetrics = {
    requests: Object.fromEntries(BLOCK_RESULTS.map((result) => [result, { inc: () => count(result) }])) as BlockMetrics['requests'],
    bytes: { inc: (moved) => count('bytes', moved) },
  };
  const answerBlock = createBlockAnswers({ downloads: { tokenBlock: blocks.read }, metrics, onError: () => count('errors') });
  const datagrams: Buffer[] = [];
  return {
    answerBlock,
    datagrams,
    counts,
    fail: (error) => {
      failure = error;
    },
    async ask(asked = {}) {
      const request = requestOf(asked);
      const answer = await answerBlock({ peer: asked.peer ?? 'peer', deviceId: asked.deviceId ?? null }, request);
      const { messageId, token } = request;
      const datagram = writeMessage({ type: 'ACK', messageId, token, payload: NO_BYTES, ...answer });
      datagrams.push(datagram);
      return asRead(read(datagram));
    },
  };
}

export function asRead(message: CoapMessage): ReadAnswer {
  const [block2, etag] = [optionOf(message, OPTION.block2), optionOf(message, OPTION.etag)];
  const number = (name: 'size2' | 'contentFormat' | 'maxAge') => {
    const value = uintOf(message, OPTION[name]);
    return value === undefined ? {} : { [name]: value };
  };
  return {
    ...{ code: codeText(message.code), payload: message.payload, ...number('size2'), ...number('contentFormat'), ...number('maxAge') },
    ...(block2 && { block2: readBlock(block2) }),
    ...(etag && { etag: etag.toString('hex').toUpperCase() }),
  };
}
