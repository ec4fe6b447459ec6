import { setMaxListeners } from 'node:events';
import { createFront, type Front } from '../../../../gateways/coap/front/front';
import type { Peer } from '../../../../gateways/coap/front/peer';
import { createDeviceRequests } from '../../../../gateways/coap/lwm2m/requests/device-requests';
import { CODE } from '../../../../gateways/coap/message/codes';
import { createPerform } from '../../../../gateways/coap/upgrades/perform';
import { createCountedMetrics } from '../front-support';
import { ASK } from './asking';

const DEVICES = 50;
const BYTES = 10 * 1024 * 1024;
/** So many of the blocks leave. */
const BLOCKS = 400;
const PUT = 3;
const BLOCK = 1_024;

test('R-DL-4 50 pushes of 10 MB at once have one block each in memory', async () => {
  const file = Buffer.alloc(BYTES, 7);
  /** Blocks that each device has got, and how many more were read for it at most. */
  const blocks = new Map<string, number>();
  let mostAhead = 0;

  const peerOf = (deviceId: string): Peer => ({
    ...{ key: deviceId, address: '192.0.2.1', port: 1, identity: deviceId },
    /** Takes each block at once. */
    send(datagram) {
      const isBlock = datagram[1] === PUT && datagram.length > BLOCK;
      if (isBlock) blocks.set(deviceId, (blocks.get(deviceId) ?? 0) + 1);
      setImmediate(() => front.receive(peerOf(deviceId), answerTo(datagram, isBlock ? CODE.continue : CODE.methodNotAllowed)));
    },
  });
  const front: Front = createFront({
    ...{ metrics: createCountedMetrics(), onRequest: () => {}, onNotification: () => true },
    onError: (error) => {
      throw error;
    },
  });
  const requests = createDeviceRequests({
    request: front.request,
    observations: { tokenOf: (_id, path) => Buffer.from(path), begin: () => {}, begun: () => {}, ended: () => {} },
    reach: async (deviceId) => ({
      ...{ registrationId: deviceId, peer: peerOf(deviceId), version: '1.1', queueMode: true, root: '', ackTimeoutMs: 60_000 },
    }),
    answered: () => {},
    unanswered: async () => {},
  });
  const perform = createPerform({
    requests,
    versionOf: async () => '1.1',
    upgrades: { pushBegan: async () => true },
    downloads: {
      tokenBlock(_token, { deviceId }, { offset, length }) {
        const id = deviceId ?? '';
        mostAhead = Math.max(mostAhead, offset / length + 1 - (blocks.get(id) ?? 0));
        if (offset >= BLOCKS * length) return { kind: 'refused' };
        return { kind: 'block', bytes: file.subarray(offset, offset + length), size: BYTES, etag: Buffer.alloc(8), deviceId: id };
      },
    },
  });

  const devices = Array.from({ length: DEVICES }, (_, index) => `d${index}`);
  const { signal } = new AbortController();
  setMaxListeners(0, signal);
  const ask = { ...ASK, waitMs: 3_600_000, kind: 'push' as const, token: 't1', size: BYTES };
  const answers = await Promise.all(devices.map((deviceId) => perform(deviceId, ask, signal)));
  await front.close();
  expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(new Set(['{"kind":"pushed","outcome":"STOPPED"}']));
  expect(Object.fromEntries(blocks)).toEqual(Object.fromEntries(devices.map((deviceId) => [deviceId, BLOCKS])));
  expect(mostAhead).toBe(1);
});

const HEADER = 4;

/** An acknowledgement with a code and no option. */
function answerTo(request: Buffer, code: number): Buffer {
  const tokenLength = (request[0] ?? 0) & 15;
  return Buffer.concat([Buffer.from([0x60 | tokenLength, code]), request.subarray(2, HEADER + tokenLength)]);
}
