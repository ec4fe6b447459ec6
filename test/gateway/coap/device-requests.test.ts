import { CODE } from '../../../gateways/coap/message/codes';
import { emptyMessage } from '../../../gateways/coap/message/message';
import { OPTION, optionOf, uintOf } from '../../../gateways/coap/message/options';
import { createPeer, createTestFront, get, held, shown } from './front-support';

const yes = { code: CODE.content, payload: Buffer.from('yes') };

test('a confirmable request is answered in its acknowledgement, a non-confirmable one by a message of its own, each with its token', () => {
  const { receive } = createTestFront();
  const peer = createPeer();
  receive(peer, get('/a'), get('/a', { type: 'NON', messageId: 8, token: Buffer.from('cdef', 'hex') }));
  expect(shown(peer.sent[0]!)).toBe('ACK 2.05 7 ab "yes"');
  expect(peer.sent[1]).toMatchObject({ type: 'NON', code: CODE.content, token: Buffer.from('cdef', 'hex') });
});

test('a request that comes again is handled once, and answered each time', () => {
  const { receive, requests, counts, clock } = createTestFront();
  const peer = createPeer();
  receive(peer, get('/a'));
  for (const ms of [2_000, 4_000, 8_000, 16_000]) {
    clock.advance(ms);
    receive(peer, get('/a'));
  }
  expect(peer.sent.map(shown)).toEqual(Array(5).fill('ACK 2.05 7 ab "yes"'));
  expect(requests).toHaveLength(1);
  expect(counts['dropped.duplicate']).toBe(4);
});

test('a repetition is one for 247 s, a non-confirmable one for 145 s and without another answer', () => {
  const { receive, requests, clock } = createTestFront();
  const peer = createPeer();
  const [confirmable, not] = [get('/a'), get('/a', { type: 'NON', messageId: 8 })];
  receive(peer, confirmable, not);
  clock.advance(144_999);
  receive(peer, not, confirmable);
  expect([requests.length, peer.sent.length]).toEqual([2, 3]);
  clock.advance(2);
  receive(peer, not);
  expect(requests).toHaveLength(3);
  clock.advance(101_998);
  receive(peer, confirmable);
  expect(requests).toHaveLength(3);
  clock.advance(2);
  receive(peer, confirmable);
  expect(requests).toHaveLength(4);
});

test('the same message id from another peer is another message', () => {
  const { receive, requests } = createTestFront();
  const [one, other] = [createPeer('one'), createPeer('other')];
  receive(one, get('/a'));
  receive(other, get('/a'));
  expect([requests.length, one.sent.length, other.sent.length]).toEqual([2, 1, 1]);
});

/** Leshan 697: a device that woke up began with its old ids, and was answered for another request. */
test('the same message id with another token is another request', () => {
  const { receive, requests } = createTestFront();
  const peer = createPeer();
  receive(peer, get('/a'), get('/b', { token: Buffer.from('cd', 'hex') }));
  expect(requests).toHaveLength(2);
  expect(peer.sent.map(shown)).toEqual(['ACK 2.05 7 ab "yes"', 'ACK 2.05 7 cd "yes"']);
});

test('a request that is handled for long is acknowledged after a second, without a token, and its response is sent until it is acknowledged', () => {
  const { responds, onRequest } = held();
  const { receive, clock, counts, requests } = createTestFront({ onRequest });
  const peer = createPeer();
  receive(peer, get('/a'));
  clock.advance(999);
  receive(peer, get('/a'));
  expect(peer.sent).toEqual([]);
  clock.advance(1);
  receive(peer, get('/a'));
  expect(peer.sent.map(shown)).toEqual(['ACK 0.00 7', 'ACK 0.00 7']);
  responds[0]!(yes);
  const response = peer.sent[2]!;
  expect(response).toMatchObject({ type: 'CON', code: CODE.content, token: Buffer.from('ab', 'hex') });
  clock.advance(6_000);
  expect(peer.sent.slice(3)).toEqual([response, response]);
  receive(peer, get('/a'));
  expect(shown(peer.sent[5]!)).toBe('ACK 0.00 7');
  receive(peer, emptyMessage('ACK', response.messageId));
  clock.advance(300_000);
  expect(peer.sent).toHaveLength(6);
  expect([requests.length, counts.separate, counts.retransmissions, counts['dropped.unmatched_ack']]).toEqual([1, 1, 2, undefined]);
});

test('a reset ends a separate response; without one, or an acknowledgement, it is sent five times', () => {
  const { responds, onRequest } = held();
  const { receive, clock, counts } = createTestFront({ onRequest });
  const peer = createPeer();
  receive(peer, get('/a'));
  clock.advance(1_000);
  responds[0]!(yes);
  receive(peer, emptyMessage('RST', peer.sent[1]!.messageId));
  clock.advance(100_000);
  expect(peer.sent).toHaveLength(2);
  receive(peer, get('/b', { messageId: 8 }));
  clock.advance(1_000);
  responds[1]!(yes);
  clock.advance(100_000);
  expect([peer.sent.length, counts.retransmissions, clock.timers]).toEqual([2 + 1 + 5, 4, 1]);
});

test('a handler answers once, and one that never answers has 5.04 sent', () => {
  const { responds, onRequest } = held();
  const { receive, clock, counts } = createTestFront({ onRequest });
  const peer = createPeer();
  receive(peer, get('/a'), get('/b', { type: 'NON', messageId: 8 }));
  clock.advance(90_000);
  expect(peer.sent.slice(0, 3).map(({ type, code }) => [type, code])).toEqual([
    ['ACK', 0],
    ['NON', CODE.gatewayTimeout],
    ['CON', CODE.gatewayTimeout],
  ]);
  for (const respond of responds) respond(yes);
  expect(peer.sent).toHaveLength(3);
  expect(counts['dropped.answered_late']).toBe(2);
});

test.each<[string, () => void | Promise<void>]>([
  [
    'throws',
    () => {
      throw new Error('secret');
    },
  ],
  ['rejects', () => Promise.reject(new Error('secret'))],
])('a handler that %s is answered 5.00 without a text', async (_name, onRequest) => {
  const { receive, errors, counts } = createTestFront({ onRequest });
  const peer = createPeer();
  receive(peer, get('/a'));
  await Promise.resolve();
  expect(peer.sent.map(shown)).toEqual(['ACK 5.00 7 ab']);
  expect(errors).toEqual([new Error('secret')]);
  expect(counts['dropped.handler_failed']).toBe(1);
});

test('a response that cannot be written becomes 5.00', () => {
  const options = [{ number: 70_000, value: Buffer.alloc(0) }];
  const { receive, errors } = createTestFront({ onRequest: (_peer, _request, respond) => respond({ code: CODE.content, options }) });
  const peer = createPeer();
  receive(peer, get('/a'));
  expect(peer.sent.map(shown)).toEqual(['ACK 5.00 7 ab']);
  expect(errors).toEqual([expect.any(RangeError)]);
});

test('when as many requests as allowed are being handled, the next gets 5.03 and may come again', () => {
  const { responds, onRequest } = held();
  const { receive, counts } = createTestFront({ onRequest, limits: { handling: 2 } });
  const peer = createPeer();
  receive(peer, get('/a'), get('/b', { messageId: 8 }), get('/c', { messageId: 9 }));
  expect(peer.sent.map(shown)).toEqual(['ACK 5.03 9 ab']);
  expect(uintOf(peer.sent[0]!, OPTION.maxAge)).toBe(30);
  responds[0]!(yes);
  receive(peer, get('/c', { messageId: 9 }));
  responds[2]!(yes);
  expect(peer.sent.slice(1).map(shown)).toEqual(['ACK 2.05 7 ab "yes"', 'ACK 2.05 9 ab "yes"']);
  expect(counts['dropped.overloaded']).toBe(1);
});

test('when as many messages as allowed are remembered, the oldest is forgotten', () => {
  const { receive, requests, counts } = createTestFront({ limits: { duplicates: 3 } });
  const peer = createPeer();
  for (const messageId of [1, 2, 3, 4]) receive(peer, get('/a', { messageId }));
  receive(peer, get('/a', { messageId: 4 }), get('/a', { messageId: 2 }));
  expect([requests.length, counts.forgotten]).toEqual([4, 1]);
  receive(peer, get('/a', { messageId: 1 }));
  expect(requests).toHaveLength(5);
});

test('messages whose time is over give their room back', () => {
  const { receive, counts, clock } = createTestFront({ limits: { duplicates: 2 } });
  const peer = createPeer();
  receive(peer, get('/a', { messageId: 1 }), get('/a', { messageId: 2 }));
  clock.advance(247_000 + 60_000);
  receive(peer, get('/a', { messageId: 3 }), get('/a', { messageId: 4 }));
  expect(counts.forgotten).toBeUndefined();
});

test('when as many messages as allowed wait for their acknowledgement, a separate response is sent once', () => {
  const { responds, onRequest } = held();
  const { receive, clock } = createTestFront({ onRequest, limits: { outstanding: 1 } });
  const peer = createPeer();
  receive(peer, get('/a'), get('/b', { messageId: 8 }));
  clock.advance(1_000);
  for (const respond of responds) respond(yes);
  clock.advance(100_000);
  expect(peer.sent.filter(({ type }) => type === 'CON')).toHaveLength(5 + 1);
});

test('a request that may be handled again is, and nothing of it is remembered', () => {
  const { receive, requests, counts } = createTestFront({ limits: { duplicates: 1 }, isRepeatable: () => true });
  const peer = createPeer();
  receive(peer, get('/a'), get('/a'), get('/a', { messageId: 8 }));
  expect([requests.length, peer.sent.length, counts.forgotten]).toEqual([3, 3, undefined]);
});

test('a socket that cannot send is counted, and nothing is thrown', () => {
  const { receive, counts } = createTestFront();
  const peer = {
    ...createPeer(),
    send() {
      throw new Error('closed');
    },
  };
  receive(peer, get('/a'), emptyMessage('CON', 9));
  expect(counts['dropped.send_failed']).toBe(2);
});

test('closed, it leaves no timer and sends nothing more', async () => {
  const { responds, onRequest } = held();
  const { front, receive, clock } = createTestFront({ onRequest });
  const peer = createPeer();
  receive(peer, get('/a'), get('/b', { messageId: 8 }));
  clock.advance(1_000);
  responds[0]!(yes);
  const before = peer.sent.length;
  await front.close();
  responds[1]!(yes);
  receive(peer, get('/c', { messageId: 9 }));
  clock.advance(200_000);
  expect(peer.sent).toHaveLength(before);
  expect(clock.timers).toBe(0);
});

test('options of an answer are written, and those of the request are there for the handler', () => {
  const { receive, requests } = createTestFront({
    onRequest: (_peer, _request, respond) =>
      respond({ code: CODE.created, options: [{ number: OPTION.locationPath, value: Buffer.from('rd') }] }),
  });
  const peer = createPeer();
  receive(peer, get('/rd', { code: CODE.post }));
  expect(optionOf(peer.sent[0]!, OPTION.locationPath)).toEqual(Buffer.from('rd'));
  expect(optionOf(requests[0]!, OPTION.uriPath)).toEqual(Buffer.from('rd'));
});
