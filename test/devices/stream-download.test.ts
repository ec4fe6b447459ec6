import { createHash } from 'node:crypto';
import { crc } from '../support/devices/download/block-frame';
import { patience } from '../support/devices/patience';
import { type BarePlatform, startBarePlatform } from './bare-platform';
import { PRODUCT_KEY, received, startDevice, type Upgrading } from './upgrading';

const BODY = Buffer.alloc(12_000, 'updraft ');
/** Three times it passes in the test of silence; a busy machine answers well within it. */
const BLOCK_ANSWER_MS = patience(2_000);
const SYS = `/sys/${PRODUCT_KEY}/meter-0001/thing/file`;

let platform: BarePlatform;
let upgrading: Upgrading;
/** Requests for blocks, as they came. */
let requests: string[];
/** What the n-th request is answered with, null for silence. */
let answer: (request: { id: string; size: number; offset: number }, n: number) => Buffer | null;

beforeEach(async () => {
  platform = await startBarePlatform(BODY);
  upgrading = await startDevice(platform, [], { download: { blockAnswerMs: BLOCK_ANSWER_MS } });
  requests = [];
  answer = (request) => block(request);
});
afterEach(async () => {
  await upgrading.device.stop();
  await platform.close();
});

function frame(json: object, bytes: Buffer): Buffer {
  const text = Buffer.from(JSON.stringify(json));
  const ends = Buffer.alloc(4);
  ends.writeUInt16BE(text.length, 0);
  ends.writeUInt16LE(crc(bytes), 2);
  return Buffer.concat([ends.subarray(0, 2), text, bytes, ends.subarray(2)]);
}

function block({ id, size, offset }: { id: string; size: number; offset: number }, body = BODY, said = offset): Buffer {
  const bytes = body.subarray(offset, offset + size);
  return frame({ id, code: 200, data: { fileToken: 'default', fileLength: BODY.length, bSize: bytes.length, bOffset: said } }, bytes);
}

/** Notifies by a stream, and answers blocks until `where` holds of what the device reported. */
async function upgrade(where: (reports: (number | string)[]) => boolean): Promise<(number | string)[]> {
  const md5 = createHash('md5').update(BODY).digest('hex');
  const data = {
    size: BODY.length,
    streamId: 12_332,
    sign: md5,
    dProtocol: 'mqtt',
    version: '2.0.0',
    signMethod: 'Md5',
    streamFileId: 1,
    md5,
  };
  const reports: (number | string)[] = [];
  const done = received(platform, () => where(reports));
  const look = platform.onUplink;
  platform.onUplink = (uplink) => {
    if (uplink.topic !== `${SYS}/download`) {
      const { params } = JSON.parse(uplink.payload);
      reports.push(params.step === undefined ? `v${params.version}` : Number(params.step));
    } else {
      requests.push(uplink.payload);
      const { id, params } = JSON.parse(uplink.payload.replace(',}', '}'));
      const reply = answer({ id, ...params.fileBlock }, requests.length);
      if (reply) platform.push('meter-0001', `${SYS}/download_reply`, reply);
    }
    look(uplink);
  };
  platform.push(
    'meter-0001',
    `/ota/device/upgrade/${PRODUCT_KEY}/meter-0001`,
    JSON.stringify({ code: '1000', data, id: 1, message: 'success' }),
  );
  await done;
  return reports;
}

const upgraded = (reports: (number | string)[]) => reports.includes('v2.0.0');
const failed = (reports: (number | string)[]) => reports.some((report) => Number(report) < 0);

test('device-protocols §1.4: a file comes in blocks of 5 KiB, asked for as the SDK does, and the device is upgraded', async () => {
  expect(await upgrade(upgraded)).toEqual([0, 25, 50, 75, 100, 'v2.0.0']);
  expect(requests.map((request) => request.replace(/^\{"id":"\d+",/, ''))).toEqual(
    [
      [5_120, 0],
      [5_120, 5_120],
      [1_760, 10_240],
    ].map(
      ([size, offset]) =>
        `"version":"1.0","params":{"fileToken":"default","fileInfo":{"streamId":12332,"fileId":1,},"fileBlock":{"size":${size},"offset":${offset}}}}`,
    ),
  );
  expect(upgrading.device.counts).toMatchObject({ bytes: BODY.length, blocks: 3, problems: 0 });
});

test('device-protocols §1.4: a shorter block than asked for is fine', async () => {
  answer = ({ id, offset }) => block({ id, offset, size: 4_000 });
  expect(await upgrade(upgraded)).toContain('v2.0.0');
  expect(requests).toHaveLength(3);
});

test('device-protocols §1.4: silence, another offset and a wrong CRC are waited out, and the block is asked for again', async () => {
  answer = (request, n) => {
    if (n === 1) return null;
    if (n === 2) return block(request, BODY, 7);
    const reply = block(request);
    if (n === 3) reply.writeUInt8((reply.at(-1) ?? 0) ^ 1, reply.length - 1);
    return reply;
  };
  expect(await upgrade(upgraded)).toContain('v2.0.0');
  expect(requests).toHaveLength(6);
});

test('device-protocols §1.4: the fourth failure in a row gives up, which is step -4', async () => {
  answer = ({ id }) => frame({ id, code: 404, msg: 'no such stream' }, Buffer.alloc(0));
  expect(await upgrade(failed)).toEqual([0, -4]);
  expect(requests).toHaveLength(4);
});

test('device-protocols §1.4: a digest that does not match is step -3', async () => {
  answer = (request) => block(request, Buffer.alloc(BODY.length, 'x'));
  expect(await upgrade(failed)).toContain(-3);
});
