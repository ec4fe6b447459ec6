import { getEventListeners } from 'node:events';
import { CoapBusy, CoapClosed, CoapReset, CoapTimeout } from '../../../gateways/coap/front/errors';
import { CODE } from '../../../gateways/coap/message/codes';
import { type CoapMessage, emptyMessage } from '../../../gateways/coap/message/message';
import { pathOptions } from '../../../gateways/coap/message/options';
import { createPeer, createTestFront, last, outcome, responseTo, shown } from './front-support';

const read = { code: CODE.get, options: pathOptions(['3', '0', '3']) };
const token = Buffer.from('0b5e', 'hex');

test('Execute on the wire, byte for byte', () => {
  const { front } = createTestFront();
  const datagrams: Buffer[] = [];
  const peer = { ...createPeer(), send: (datagram: Buffer) => void datagrams.push(datagram) };
  void front.request(peer, { code: CODE.post, options: pathOptions(['5', '0', '2']) }, { token: Buffer.from('AB', 'hex') });
  const [datagram] = datagrams;
  datagram!.writeUInt16BE(0x0102, 2);
  expect(datagram).toEqual(Buffer.from('41020102ABB13501300132', 'hex'));
});

test('a response in the acknowledgement', async () => {
  const { front, receive, counts, clock } = createTestFront();
  const peer = createPeer();
  const answer = front.request(peer, read, { token });
  expect(last(peer)).toMatchObject({ type: 'CON', code: CODE.get, token });
  receive(peer, responseTo(last(peer)));
  expect(await outcome(answer)).toBe(`ACK 2.05 ${last(peer).messageId} 0b5e "1.0"`);
  clock.advance(300_000);
  expect([peer.sent.length, counts['requestsOut.answered'], counts.retransmissions]).toEqual([1, 1, undefined]);
});

test('an error is a response, too', async () => {
  const { front, receive } = createTestFront();
  const peer = createPeer();
  const answer = front.request(peer, read);
  receive(peer, responseTo(last(peer), { code: CODE.methodNotAllowed }));
  expect((await answer).code).toBe(CODE.methodNotAllowed);
});

test('a separate response is acknowledged, and again when it is repeated', async () => {
  const { front, receive, counts, clock } = createTestFront();
  const peer = createPeer();
  const answer = front.request(peer, read, { token });
  const response = responseTo(last(peer), { type: 'CON', messageId: 900 });
  receive(peer, emptyMessage('ACK', last(peer).messageId));
  clock.advance(60_000);
  expect([await outcome(answer), peer.sent.length]).toEqual(['waits', 1]);
  receive(peer, response, response);
  expect(await outcome(answer)).toBe('CON 2.05 900 0b5e "1.0"');
  expect(peer.sent.slice(1).map(shown)).toEqual(['ACK 0.00 900', 'ACK 0.00 900']);
  expect(counts['dropped.duplicate']).toBe(1);
});

test('a separate response that overtakes the acknowledgement ends the retransmissions', async () => {
  const { front, receive, clock, counts } = createTestFront();
  const peer = createPeer();
  const answer = front.request(peer, read, { token });
  receive(peer, responseTo(last(peer), { type: 'NON', messageId: 900 }));
  expect(await outcome(answer)).toBe('NON 2.05 900 0b5e "1.0"');
  receive(peer, emptyMessage('ACK', last(peer).messageId));
  clock.advance(100_000);
  expect([peer.sent.length, counts['dropped.unmatched_ack']]).toEqual([1, 1]);
});

test.each([
  [2_000, 0, [2_000, 6_000, 14_000, 30_000], 62_000],
  [2_000, 1, [3_000, 9_000, 21_000, 45_000], 93_000],
  [12_000, 0, [12_000, 36_000, 84_000, 180_000], 372_000],
])(
  'without an acknowledgement, ACK_TIMEOUT %i ms and random %i: sent again at %j ms, given up at %i',
  async (ackTimeoutMs, random, again, end) => {
    const { front, clock, counts } = createTestFront({ random: () => random });
    const at: number[] = [];
    const began = clock.now();
    const datagrams = new Set<string>();
    const peer = {
      ...createPeer(),
      send(datagram: Buffer) {
        at.push(clock.now() - began);
        datagrams.add(datagram.toString('hex'));
      },
    };
    const answer = front.request(peer, read, { ackTimeoutMs });
    clock.advance(end - 1);
    expect([at, datagrams.size, await outcome(answer)]).toEqual([[0, ...again], 1, 'waits']);
    clock.advance(1);
    await expect(answer).rejects.toThrow(CoapTimeout);
    await expect(answer).rejects.toMatchObject({ missing: 'acknowledgement' });
    expect([at.length, counts.retransmissions, counts['requestsOut.timeout']]).toEqual([5, 4, 1]);
  },
);

test('acknowledged and not answered, it has failed after its time', async () => {
  const { front, receive, clock } = createTestFront();
  const peer = createPeer();
  const answer = front.request(peer, read);
  receive(peer, emptyMessage('ACK', last(peer).messageId));
  clock.advance(92_999);
  expect(await outcome(answer)).toBe('waits');
  clock.advance(1);
  await expect(answer).rejects.toMatchObject({ name: 'CoapTimeout', missing: 'response' });
  expect(peer.sent).toHaveLength(1);
});

test('a reset ends a request', async () => {
  const { front, receive, clock } = createTestFront();
  const peer = createPeer();
  const answer = front.request(peer, read);
  receive(peer, emptyMessage('RST', last(peer).messageId));
  await expect(answer).rejects.toThrow(CoapReset);
  clock.advance(100_000);
  expect(peer.sent).toHaveLength(1);
});

test('a signal ends a request with its reason, before and after it was sent', async () => {
  const { front, receive, clock, counts } = createTestFront();
  const peer = createPeer();
  const controller = new AbortController();
  const answer = front.request(peer, read, { signal: controller.signal });
  controller.abort(new Error('the task was cancelled'));
  await expect(answer).rejects.toThrow('the task was cancelled');
  await expect(front.request(peer, read, { signal: controller.signal })).rejects.toThrow('the task was cancelled');
  receive(peer, responseTo(last(peer), { type: 'CON', messageId: 900 }));
  clock.advance(100_000);
  expect(peer.sent.slice(1).map(shown)).toEqual(['RST 0.00 900']);
  expect([counts['requestsOut.aborted'], counts['dropped.unmatched_response']]).toEqual([2, 1]);
});

/** Zephyr 84100 and libcoap 846: message ids and tokens were each enough for a match, or one stood for the other. */
describe('what answers no request is dropped', () => {
  const asked = () => {
    const test = createTestFront();
    const [peer, other] = [createPeer('one'), createPeer('other')];
    const answer = test.front.request(peer, read, { token });
    return { ...test, peer, other, answer, request: last(peer) };
  };

  test.each<[string, Partial<CoapMessage>]>([
    ['an acknowledgement with the message id and another token', { token: Buffer.from('0b5f', 'hex') }],
    ['an acknowledgement with the message id and no token', { token: Buffer.alloc(0) }],
    ['an acknowledgement with the message id and a longer token', { token: Buffer.from('0b5e00', 'hex') }],
    ['a non-confirmable one with the message id and another token', { type: 'NON', token: Buffer.from('ff', 'hex') }],
  ])('%s: silently', async (_name, parts) => {
    const { receive, peer, answer, request, counts } = asked();
    receive(peer, responseTo(request, parts));
    expect([await outcome(answer), peer.sent.length, counts['dropped.unmatched_response']]).toEqual(['waits', 1, 1]);
  });

  test('an acknowledgement with the token and another message id: silently', async () => {
    const { receive, peer, answer, request, counts } = asked();
    receive(peer, responseTo(request, { messageId: (request.messageId + 1) & 0xffff }));
    expect([await outcome(answer), peer.sent.length, counts['dropped.unmatched_response']]).toEqual(['waits', 1, 1]);
  });

  /** Zephyr 92721: an acknowledgement was answered with a reset. */
  test('everything from another peer, a confirmable response with a reset', async () => {
    const { receive, other, answer, request, counts } = asked();
    receive(other, responseTo(request), responseTo(request, { type: 'NON' }));
    receive(other, emptyMessage('ACK', request.messageId), emptyMessage('RST', request.messageId));
    expect([await outcome(answer), other.sent]).toEqual(['waits', []]);
    receive(other, responseTo(request, { type: 'CON', messageId: 5 }));
    expect(other.sent.map(shown)).toEqual(['RST 0.00 5']);
    expect(counts).toMatchObject({ 'dropped.unmatched_response': 3, 'dropped.unmatched_ack': 1, 'dropped.unmatched_reset': 1 });
  });

  test('a second acknowledgement, silently', async () => {
    const { receive, peer, answer, request } = asked();
    receive(peer, responseTo(request), responseTo(request, { payload: Buffer.from('2.0') }));
    expect(await outcome(answer)).toContain('"1.0"');
    expect(peer.sent).toHaveLength(1);
  });
});

test('a response with an unknown critical option is rejected', async () => {
  const { front, receive, counts } = createTestFront();
  const peer = createPeer();
  const answer = front.request(peer, read);
  const options = [{ number: 2_049, value: Buffer.alloc(0) }];
  receive(peer, responseTo(last(peer), { options }), responseTo(last(peer), { options, type: 'CON', messageId: 5 }));
  expect([await outcome(answer), counts['dropped.bad_option']]).toEqual(['waits', 2]);
  expect(peer.sent.slice(1).map(shown)).toEqual(['RST 0.00 5']);
});

test('a signal that outlives a request is let go of', async () => {
  const { front, receive } = createTestFront();
  const peer = createPeer();
  const { signal } = new AbortController();
  const answer = front.request(peer, read, { signal });
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  receive(peer, responseTo(last(peer)));
  await answer;
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

/** libcoap 699: the end of one exchange took down another of the same token. */
test('a token is in use once at a peer, and another peer may use it as well', async () => {
  const { front, receive } = createTestFront();
  const [peer, other] = [createPeer('one'), createPeer('other')];
  const answers = [front.request(peer, read, { token }), front.request(other, read, { token })];
  await expect(front.request(peer, read, { token })).rejects.toMatchObject({ name: 'CoapBusy', reason: 'token_in_use' });
  receive(peer, responseTo(last(peer)));
  expect(await outcome(answers[0]!)).toContain('2.05');
  expect(await outcome(answers[1]!)).toBe('waits');
  receive(other, responseTo(last(other)));
  expect(await outcome(answers[1]!)).toContain('2.05');
});

test('tokens that are not given are of 8 bytes, and none is like another', () => {
  const { front } = createTestFront();
  const peer = createPeer();
  for (let index = 0; index < 100; index += 1) void front.request(peer, read);
  expect(new Set(peer.sent.map((sent) => sent.token.toString('hex'))).size).toBe(100);
  expect(new Set(peer.sent.map((sent) => sent.token.length))).toEqual(new Set([8]));
});

test('more requests than allowed are refused, and room comes back', async () => {
  const { front, receive } = createTestFront({ limits: { outstanding: 2 } });
  const peer = createPeer();
  void front.request(peer, read);
  void front.request(peer, read);
  await expect(front.request(peer, read)).rejects.toThrow(CoapBusy);
  receive(peer, responseTo(last(peer)));
  void front.request(peer, read);
  expect(peer.sent).toHaveLength(3);
});

test('a peer that cannot be sent to any more has its request time out', async () => {
  const { front, clock, counts } = createTestFront();
  const peer = {
    ...createPeer(),
    send() {
      throw new Error('The session has ended');
    },
  };
  const answer = front.request(peer, read);
  clock.advance(100_000);
  await expect(answer).rejects.toThrow(CoapTimeout);
  expect(counts['dropped.send_failed']).toBe(5);
});

test('closing ends what is under way, and refuses more', async () => {
  const { front, clock } = createTestFront();
  const peer = createPeer();
  const answer = front.request(peer, read);
  await front.close();
  await expect(answer).rejects.toThrow(CoapClosed);
  await expect(front.request(peer, read)).rejects.toThrow(CoapClosed);
  clock.advance(100_000);
  expect([peer.sent.length, clock.timers]).toEqual([1, 0]);
});
