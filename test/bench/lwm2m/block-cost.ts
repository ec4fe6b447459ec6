import { createBlockReader, smallBlocks } from '../../../core/downloads/block-reader';
import { createDownloadMeter } from '../../../core/downloads/meter';
import type { Standing } from '../../../core/downloads/standings';
import { createTokenBlocks } from '../../../core/downloads/token-blocks';
import { createBlockAnswers } from '../../../gateways/coap/blocks/block-answers';
import { BLOCK_RESULTS } from '../../../gateways/coap/blocks/metrics';
import { blockSize, writeBlock } from '../../../gateways/coap/message/block-option';
import { CODE } from '../../../gateways/coap/message/codes';
import { NO_BYTES } from '../../../gateways/coap/message/message';
import { OPTION, pathOptions } from '../../../gateways/coap/message/options';
import { parseMessage } from '../../../gateways/coap/message/parse';
import { writeMessage } from '../../../gateways/coap/message/write';
import { DEFAULT_LIMITS } from '../../../schema/model/limits';
import type { Collections } from '../../../schema/mongo/connect';

export interface BlockCost {
  devices: number;
  blocks: number;
  blocksPerSecond: number;
  /** Of this process, user and system time. */
  cpuMicrosecondsABlock: number;
  /** Resident memory at its highest above what it was before. */
  grownBytes: number;
  /** Bytes that were read of the package store, against those that were sent. */
  readAgain: number;
}

const SZX = 6;

/**
 * What a block costs this process from the datagram of its request to that of its answer, without sockets and stores: devices take turns, each
 * downloading a file of its own, or all the same.
 */
export async function measureBlockCost({
  devices,
  fileBytes,
  sameFile,
}: {
  devices: number;
  fileBytes: number;
  sameFile: boolean;
}): Promise<BlockCost> {
  let read = 0;
  const source = {
    async fill(_file: unknown, start: number, into: Buffer) {
      read += into.length;
      await new Promise(setImmediate);
      into.fill(start & 0xff);
    },
  };
  const standing = { task: { _id: 'b.p.d', active: true, status: 'IN_PROGRESS', attempt: 1 }, device: { enabled: true } } as Standing;
  const tasks = { bulkWrite: async () => undefined } as unknown as Collections['tasks'];
  const sha256 = '0'.repeat(64);
  const blocks = createTokenBlocks({
    tokens: {
      find: async (token) => ({ taskId: `b.p.${token}`, attempt: 1, fileIndex: 0, expiresAt: new Date(Date.now() + 3_600_000) }),
    },
    standings: { ofTask: async (taskId) => ({ ...standing, task: { ...standing.task, packageId: sameFile ? 'one' : taskId } }) },
    fileOf: async (packageId) => ({ fileId: packageId, name: 'fw.bin', size: fileBytes, md5: '', sha256 }),
    reader: createBlockReader(source, smallBlocks(DEFAULT_LIMITS)),
    meter: createDownloadMeter({ tasks, clock: () => new Date() }),
    onOpened: async () => undefined,
    limits: { ...DEFAULT_LIMITS, blockRequestsPerToken: Number.POSITIVE_INFINITY },
    clock: () => new Date(),
  });
  const answerBlock = createBlockAnswers({
    downloads: { tokenBlock: blocks.read },
    metrics: {
      requests: Object.fromEntries(BLOCK_RESULTS.map((result) => [result, { inc: () => undefined }])) as never,
      bytes: { inc: () => undefined },
    },
    onError: (error) => {
      throw error;
    },
  });

  async function ask(device: number, num: number): Promise<void> {
    const parsed = parseMessage(requestOf(device, num));
    if (!('message' in parsed)) throw new Error('The request is malformed.');
    const { message } = parsed;
    const answer = await answerBlock({ peer: `0 127.0.0.1 ${device}`, deviceId: null }, message);
    if (answer.code !== CODE.content) throw new Error(`Block ${num} of device ${device} was answered ${answer.code}.`);
    writeMessage({ type: 'ACK', messageId: message.messageId, token: message.token, payload: NO_BYTES, ...answer });
  }

  const each = Math.ceil(fileBytes / blockSize(SZX));
  const rssBefore = process.memoryUsage.rss();
  let rssMost = rssBefore;
  const cpuBefore = process.cpuUsage();
  const began = performance.now();
  for (let num = 0; num < each; num++) {
    await Promise.all(Array.from({ length: devices }, (_, device) => ask(device, num)));
    if (num % 64 === 0) rssMost = Math.max(rssMost, process.memoryUsage.rss());
  }
  const seconds = (performance.now() - began) / 1_000;
  const { user, system } = process.cpuUsage(cpuBefore);
  const count = each * devices;
  return {
    ...{ devices, blocks: count, blocksPerSecond: Math.round(count / seconds), cpuMicrosecondsABlock: (user + system) / count },
    ...{ grownBytes: rssMost - rssBefore, readAgain: read / (sameFile ? fileBytes : fileBytes * devices) },
  };
}

/** As a device sends it; what that costs is measured too, some 1.5 µs. */
function requestOf(device: number, num: number): Buffer {
  const token = `${device}`.padStart(22, 'A');
  const block2 = { number: OPTION.block2, value: writeBlock({ num, more: false, szx: SZX }) };
  const options = [...pathOptions(['f', token]), block2];
  return writeMessage({ type: 'CON', code: CODE.get, messageId: num & 0xffff, token: Buffer.from([1, 2]), options, payload: NO_BYTES });
}

async function main(): Promise<void> {
  const megabytes = 1024 * 1024;
  for (const [devices, fileBytes, sameFile] of [
    [1, 100 * megabytes, true],
    [50, 10 * megabytes, true],
    [200, 10 * megabytes, true],
    [200, 10 * megabytes, false],
    [1_000, megabytes, false],
  ] as const) {
    const cost = await measureBlockCost({ devices, fileBytes, sameFile });
    console.log(JSON.stringify({ sameFile, ...cost, cpuMicrosecondsABlock: Number(cost.cpuMicrosecondsABlock.toFixed(2)) }));
  }
}

if (require.main === module) void main();
