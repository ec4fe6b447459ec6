import type { BlockSource } from '../../../../gateways/coap/lwm2m/requests/write-blocks';
import { type Block, readBlock, writeBlock } from '../../../../gateways/coap/message/block-option';
import { CODE } from '../../../../gateways/coap/message/codes';
import { type CoapMessage, NO_BYTES } from '../../../../gateways/coap/message/message';
import { OPTION, optionOf } from '../../../../gateways/coap/message/options';
import { parseMessage } from '../../../../gateways/coap/message/parse';
import { type Answer, createScriptedDevice } from './scripted-device';

const TERMS = { waitMs: 36_000_000 };
const bytesOf = (size: number): Buffer => Buffer.from(Array.from({ length: size }, (_, index) => (index * 7) % 251));

/** A body in memory, and what was asked of it. */
function sourceOf(bytes: Buffer) {
  const source = {
    size: bytes.length,
    reads: [] as string[],
    begins: 0,
    takesOn: true,
    next: null as null | (() => Buffer | null | 'busy'),
    read: async (offset: number, length: number) => {
      source.reads.push(`${offset}+${length}`);
      return source.next === null ? bytes.subarray(offset, offset + length) : source.next();
    },
    began: async () => {
      source.begins += 1;
      return source.takesOn;
    },
  };
  return source satisfies BlockSource;
}

const blockOf = (request: CoapMessage): Block => readBlock(optionOf(request, OPTION.block1) ?? NO_BYTES) as Block;
const answerTo = (request: CoapMessage, code?: number): Answer => {
  const block = blockOf(request);
  const options = [{ number: OPTION.block1, value: writeBlock(block) }];
  return { code: code ?? (block.more ? CODE.continue : CODE.changed), options };
};
const messageOf = (datagram: Buffer | undefined): CoapMessage => {
  const parsed = parseMessage(datagram ?? NO_BYTES);
  if ('malformed' in parsed) throw new Error(parsed.malformed);
  return parsed.message;
};
/** Numbers of the blocks that a device was sent. */
const numbersOf = (datagrams: readonly Buffer[]): number[] => datagrams.map((each) => blockOf(messageOf(each)).num);

/** A device that keeps what it takes. */
function takingDevice(settings: Parameters<typeof createScriptedDevice>[1] = {}) {
  const taken: Buffer[] = [];
  const device = createScriptedDevice((request) => {
    if (blockOf(request).num === 0) taken.length = 0;
    taken.push(Buffer.from(request.payload));
    return answerTo(request);
  }, settings);
  return { ...device, taken };
}

test('R-DL-4 the messages of a push are these, byte for byte: one token (eclipse-leshan/leshan#1568), a new message id for each block, Size1 in the first', async () => {
  const body = bytesOf(1_300);
  const device = takingDevice();
  expect(await device.requests.writeBlocks('d1', '/5/0/0', sourceOf(body), TERMS)).toEqual({ done: 'COMPLETE' });
  const [first, second] = device.datagrams as [Buffer, Buffer];
  const { messageId, token } = messageOf(first);
  expect(token).toHaveLength(8);
  const header = (id: number): string => `4803${id.toString(16).padStart(4, '0')}${token.toString('hex')}`;
  const path = 'b1350130 0130 112a'.replaceAll(' ', '');
  expect(first.toString('hex')).toBe(`${header(messageId)}${path}d1020ed2140514ff${body.subarray(0, 1_024).toString('hex')}`);
  expect(second.toString('hex')).toBe(`${header((messageId + 1) & 0xffff)}${path}d10216ff${body.subarray(1_024).toString('hex')}`);
  expect(Buffer.concat(device.taken)).toEqual(body);
});

test('R-DL-4 one block is read at a time, when the one before was taken', async () => {
  const source = sourceOf(bytesOf(3_000));
  const device = createScriptedDevice((request) => {
    expect(source.reads).toHaveLength(device.datagrams.length);
    return answerTo(request);
  });
  expect(await device.requests.writeBlocks('d1', '/5/0/0', source, TERMS)).toEqual({ done: 'COMPLETE' });
  expect([source.reads, source.begins]).toEqual([['0+1024', '1024+1024', '2048+952'], 1]);
});

test('a first block that is answered after 8 s, by a response of its own, is one transfer', async () => {
  const body = bytesOf(2_000);
  const device = takingDevice();
  const { script } = device.state;
  device.state.script = () => null;
  const outcome = device.requests.writeBlocks('d1', '/5/0/0', sourceOf(body), TERMS);
  await device.settled();
  const request = messageOf(device.datagrams[0]);
  device.clock.advance(1_500);
  device.deliver({ type: 'ACK', code: 0, messageId: request.messageId, token: NO_BYTES });
  device.clock.advance(6_500);
  device.state.script = script;
  device.deliver({ type: 'CON', token: request.token, ...answerTo(request) });
  expect(await outcome).toEqual({ done: 'COMPLETE' });
  expect(numbersOf(device.datagrams)).toEqual([0, 1]);
  expect(device.resets).toEqual([]);
});

test('a response to the block before that comes once more moves nothing on, and gets no reset', async () => {
  const device = createScriptedDevice(() => null);
  const outcome = device.requests.writeBlocks('d1', '/5/0/0', sourceOf(bytesOf(2_000)), TERMS);
  await device.settled();
  const first = messageOf(device.datagrams[0]);
  device.deliver({ type: 'CON', token: first.token, ...answerTo(first) });
  await device.settled();
  device.deliver({ type: 'CON', token: first.token, ...answerTo(first) });
  device.deliver({ type: 'NON', token: first.token, ...answerTo(first) });
  await device.settled();
  expect(numbersOf(device.datagrams)).toEqual([0, 1]);
  const second = messageOf(device.datagrams[1]);
  device.deliver({ type: 'CON', token: second.token, ...answerTo(second) });
  expect(await outcome).toEqual({ done: 'COMPLETE' });
  expect(device.resets).toEqual([]);
});

test('a block is repeated as it was, and one that is never answered ends the transfer', async () => {
  const device = createScriptedDevice((request) => (blockOf(request).num < 1 ? answerTo(request) : null));
  const outcome = device.requests.writeBlocks('d1', '/5/0/0', sourceOf(bytesOf(5_000)), TERMS);
  await device.settled();
  device.clock.advance(100_000);
  expect(await outcome).toEqual({ failed: 'timeout', sent: true });
  expect(numbersOf(device.datagrams)).toEqual([0, 1, 1, 1, 1, 1]);
  expect(new Set(device.datagrams.slice(1).map((each) => each.toString('hex'))).size).toBe(1);
});

test('with queue mode the first block waits for the device, and silence in the middle ends the transfer: nothing is resumed', async () => {
  const device = createScriptedDevice(() => null, { queueMode: true });
  device.state.awake = false;
  const outcome = device.requests.writeBlocks('d1', '/5/0/0', sourceOf(bytesOf(5_000)), TERMS);
  await device.settled();
  device.clock.advance(3_600_000);
  expect(device.datagrams).toEqual([]);
  Object.assign(device.state, { awake: true, script: (request: CoapMessage) => (blockOf(request).num < 2 ? answerTo(request) : null) });
  device.requests.heard('d1');
  await device.settled();
  await device.settled();
  device.clock.advance(100_000);
  expect(await outcome).toEqual({ failed: 'timeout', sent: true });
  expect(device.state.unanswered).toBe(1);
});

test('a block a second: 1 MiB takes 1,024 s and passes', async () => {
  const source = sourceOf(bytesOf(1_048_576));
  const device = createScriptedDevice(() => null);
  const outcome = device.requests.writeBlocks('d1', '/5/0/0', source, TERMS);
  for (let block = 0; block < 1_024; block += 1) {
    await device.settled();
    const request = messageOf(device.datagrams[block]);
    device.clock.advance(1_000);
    device.deliver({ type: 'ACK', messageId: request.messageId, token: request.token, ...answerTo(request) });
  }
  expect(await outcome).toEqual({ done: 'COMPLETE' });
  expect(device.datagrams).toHaveLength(1_024);
});

test('R-FLOW-6 a device that moves in the middle gets the same block at its new address, and the transfer goes on', async () => {
  const body = bytesOf(3_000);
  const device = takingDevice();
  const { script } = device.state;
  device.state.script = (request) => (blockOf(request).num === 1 ? null : script(request));
  const outcome = device.requests.writeBlocks('d1', '/5/0/0', sourceOf(body), TERMS);
  await device.settled();
  Object.assign(device.state, { address: 2, script });
  device.requests.moved('d1');
  expect(await outcome).toEqual({ done: 'COMPLETE' });
  expect(numbersOf(device.datagrams)).toEqual([0, 1, 1, 2]);
  expect(new Set(device.datagrams.map((each) => messageOf(each).token.toString('hex'))).size).toBe(1);
  expect(Buffer.concat(device.taken)).toEqual(body);
});

test('R-FLOW-6 a device that has moved after it had taken a block goes on with the next, as often as it moves', async () => {
  const body = bytesOf(5_000);
  const taken: Buffer[] = [];
  const device = createScriptedDevice((request) => {
    const { num } = blockOf(request);
    if (num !== taken.length) return answerTo(request, CODE.requestEntityIncomplete);
    taken.push(Buffer.from(request.payload));
    // Its answer goes the way that is no more.
    return num === 1 || num === 3 ? null : answerTo(request);
  });
  const outcome = device.requests.writeBlocks('d1', '/5/0/0', sourceOf(body), TERMS);
  for (const address of [2, 3]) {
    await device.settled();
    await device.settled();
    device.state.address = address;
    device.requests.moved('d1');
  }
  expect(await outcome).toEqual({ done: 'COMPLETE' });
  expect(numbersOf(device.datagrams)).toEqual([0, 1, 1, 2, 3, 3, 4]);
  expect(Buffer.concat(taken)).toEqual(body);
});

test('a device that has lost its place by a move gets all once more', async () => {
  const device = takingDevice();
  const { script } = device.state;
  let hasMoved = false;
  device.state.script = (request) => {
    const { num } = blockOf(request);
    if (num === 1 && !hasMoved) return null;
    if (num === 0) device.state.script = script;
    return num === 0 ? script(request) : answerTo(request, CODE.requestEntityIncomplete);
  };
  const first = device.state.script;
  device.state.script = (request) => (blockOf(request).num === 0 ? script(request) : first(request));
  const outcome = device.requests.writeBlocks('d1', '/5/0/0', sourceOf(bytesOf(4_000)), TERMS);
  await device.settled();
  hasMoved = true;
  device.state.script = first;
  device.requests.moved('d1');
  expect(await outcome).toEqual({ done: 'COMPLETE' });
  expect(numbersOf(device.datagrams)).toEqual([0, 1, 1, 2, 0, 1, 2, 3]);
});

test('R-FLOW-6 a device that registers anew in the middle is sent nothing more of it', async () => {
  const device = createScriptedDevice((request) => (blockOf(request).num === 1 ? null : answerTo(request)));
  const outcome = device.requests.writeBlocks('d1', '/5/0/0', sourceOf(bytesOf(3_000)), TERMS);
  await device.settled();
  Object.assign(device.state, { registrationId: 'r2', script: answerTo });
  device.requests.moved('d1');
  expect(await outcome).toEqual({ failed: 'timeout', sent: true });
  expect(numbersOf(device.datagrams)).toEqual([0, 1]);
});

test.each<[string, number, object]>([
  ['4.00', CODE.badRequest, { failed: 'refused', code: '4.00', text: '' }],
  ['4.05', CODE.methodNotAllowed, { failed: 'refused', code: '4.05', text: '' }],
  ['4.15', CODE.unsupportedContentFormat, { failed: 'refused', code: '4.15', text: '' }],
  ['4.08 twice', CODE.requestEntityIncomplete, { done: 'INCOMPLETE' }],
  ['4.13 twice', CODE.requestEntityTooLarge, { done: 'NO_ROOM' }],
])('a device that answers %s: nothing has begun', async (_name, code, expected) => {
  const source = sourceOf(bytesOf(3_000));
  const device = createScriptedDevice(() => ({ code }));
  expect(await device.requests.writeBlocks('d1', '/5/0/0', source, TERMS)).toEqual(expected);
  expect(source.begins).toBe(0);
});

test('R-DL-7 who may not have the rest gets no further block', async () => {
  const source = sourceOf(bytesOf(3_000));
  const device = createScriptedDevice((request) => {
    source.next = () => null;
    return answerTo(request);
  });
  expect(await device.requests.writeBlocks('d1', '/5/0/0', source, TERMS)).toEqual({ done: 'STOPPED' });
  expect(numbersOf(device.datagrams)).toEqual([0]);
});

test('nothing follows the first block when that is not wanted any more', async () => {
  const source = sourceOf(bytesOf(3_000));
  source.takesOn = false;
  const device = createScriptedDevice(answerTo);
  expect(await device.requests.writeBlocks('d1', '/5/0/0', source, TERMS)).toEqual({ done: 'STOPPED' });
  expect([device.datagrams.length, source.begins]).toEqual([1, 1]);
});

test('a body that cannot be read now is read again each second once it has begun, and not at all before', async () => {
  const source = sourceOf(bytesOf(3_000));
  source.next = () => 'busy';
  const device = createScriptedDevice(answerTo);
  expect(await device.requests.writeBlocks('d1', '/5/0/0', source, TERMS)).toEqual({ failed: 'busy' });
  const busy = [...Array(3).fill('busy')] as 'busy'[];
  const later = sourceOf(bytesOf(3_000));
  device.state.script = (request) => {
    if (blockOf(request).num === 0) {
      later.next = () => {
        if (busy.pop() === undefined) later.next = null;
        return busy.length > 0 ? 'busy' : bytesOf(3_000).subarray(1_024, 2_048);
      };
    }
    return answerTo(request);
  };
  const outcome = device.requests.writeBlocks('d1', '/5/0/0', later, TERMS);
  for (let seconds = 0; seconds < 5; seconds += 1) {
    await device.settled();
    device.clock.advance(1_000);
  }
  expect(await outcome).toEqual({ done: 'COMPLETE' });
  expect(numbersOf(device.datagrams)).toEqual([0, 1, 2]);
});

test('nothing else is asked of the device meanwhile, and a transfer that takes too long ends', async () => {
  const device = createScriptedDevice((request) => (pathOfPut(request) && blockOf(request).num > 0 ? null : answerTo(request)));
  const outcome = device.requests.writeBlocks('d1', '/5/0/0', sourceOf(bytesOf(3_000)), { waitMs: 60_000 });
  const read = device.requests.execute('d1', '/5/0/2', TERMS);
  await device.settled();
  expect(device.asked.every((request) => request.startsWith('PUT /5/0/0'))).toBe(true);
  device.state.script = () => ({ code: CODE.changed });
  device.clock.advance(60_000);
  expect(await outcome).toEqual({ failed: 'timeout', sent: true });
  expect(await read).toEqual({ done: null });
});

const pathOfPut = ({ code }: CoapMessage): boolean => code === CODE.put;
