import { CODE } from '../../../gateways/coap/message/codes';
import type { CoapMessage } from '../../../gateways/coap/message/message';
import { OPTION, pathOptions, uintOption } from '../../../gateways/coap/message/options';
import { createPeer, createTestFront, last, message, outcome, responseTo, shown } from './front-support';

const read = { code: CODE.get, options: pathOptions(['3', '0', '3']) };
const token = Buffer.from('0b5e', 'hex');
const observe = uintOption(OPTION.observe, 12);
const notification = (parts: Partial<CoapMessage> = {}) =>
  message({ type: 'NON', code: CODE.content, token, options: [observe], payload: Buffer.from('2'), messageId: 40, ...parts });

test('notifications are handed over once, and acknowledged when they are confirmable', () => {
  const { receive, notifications, counts } = createTestFront();
  const peer = createPeer();
  receive(peer, notification(), notification(), notification({ type: 'CON', messageId: 41 }), notification({ type: 'CON', messageId: 41 }));
  expect(notifications).toHaveLength(2);
  expect(peer.sent.map(shown)).toEqual(['ACK 0.00 41', 'ACK 0.00 41']);
  expect([counts.notifications, counts['dropped.duplicate']]).toEqual([2, 2]);
});

test('notifications get a reset when they are not wanted, confirmable or not', () => {
  const { receive, counts } = createTestFront({ onNotification: () => false });
  const peer = createPeer();
  receive(peer, notification(), notification({ type: 'CON', messageId: 41 }));
  expect(peer.sent.map(shown)).toEqual(['RST 0.00 40', 'RST 0.00 41']);
  expect(counts['dropped.unwanted_notification']).toBe(2);
});

test('notifications may be decided on later; one that failed may come again', async () => {
  const answers = [Promise.resolve(true), Promise.reject(new Error('The store is away')), Promise.resolve(true)];
  const { receive, notifications, errors } = createTestFront({ onNotification: () => answers.shift()! });
  const peer = createPeer();
  receive(peer, notification({ type: 'CON' }), notification({ type: 'CON' }), notification({ type: 'CON', messageId: 41 }));
  await new Promise(setImmediate);
  expect([peer.sent.map(shown), notifications.length]).toEqual([['ACK 0.00 40'], 2]);
  receive(peer, notification({ type: 'CON', messageId: 41 }));
  await new Promise(setImmediate);
  expect(peer.sent.map(shown)).toEqual(['ACK 0.00 40', 'ACK 0.00 41']);
  expect(errors).toEqual([new Error('The store is away')]);
});

test('notifications that nobody has time for get nothing, and are looked at when they come again', async () => {
  const answers = [null, true];
  const { receive, counts } = createTestFront({ onNotification: async () => answers.shift()! });
  const peer = createPeer();
  receive(peer, notification({ type: 'CON' }));
  await new Promise(setImmediate);
  expect([peer.sent, counts['dropped.overloaded']]).toEqual([[], 1]);
  receive(peer, notification({ type: 'CON' }));
  await new Promise(setImmediate);
  expect(peer.sent.map(shown)).toEqual(['ACK 0.00 40']);
});

test('notifications of an observation whose request waits are its response, if that asks to observe and no other', async () => {
  const { front, receive, notifications } = createTestFront();
  const peer = createPeer();
  const begin = front.request(peer, { ...read, options: [uintOption(OPTION.observe, 0), ...read.options] }, { token });
  receive(peer, notification());
  expect(await outcome(begin)).toBe('NON 2.05 40 0b5e "2"');
  const cancel = front.request(peer, { ...read, options: [uintOption(OPTION.observe, 1), ...read.options] }, { token });
  receive(peer, notification({ messageId: 41 }));
  expect([await outcome(cancel), notifications.length]).toEqual(['waits', 1]);
  receive(peer, responseTo(last(peer)));
  expect(await outcome(cancel)).toContain('2.05');
});

test('notifications in acknowledgements are none', () => {
  const { receive, notifications, counts } = createTestFront();
  const peer = createPeer();
  receive(peer, notification({ type: 'ACK' }));
  expect([notifications, peer.sent, counts['dropped.unmatched_response']]).toEqual([[], [], 1]);
});

test('notifications beyond those being handled wait for their repetition', async () => {
  const { receive, counts } = createTestFront({ limits: { handling: 1 }, onNotification: () => new Promise(() => {}) });
  const peer = createPeer();
  receive(peer, notification({ type: 'CON' }), notification({ type: 'CON', messageId: 41 }));
  expect([peer.sent, counts['dropped.overloaded']]).toEqual([[], 1]);
});

test('an error that answers no request may end an observation: it is handed over as well', () => {
  const { receive, notifications, counts } = createTestFront({ onNotification: (_peer, { token: given }) => given.equals(token) });
  const peer = createPeer();
  const gone = { type: 'CON' as const, code: CODE.notFound, options: [] };
  receive(peer, notification(gone), notification({ ...gone, token: Buffer.from('ff', 'hex'), messageId: 41 }));
  expect(notifications).toHaveLength(2);
  expect(peer.sent.map(shown)).toEqual(['ACK 0.00 40', 'RST 0.00 41']);
  expect(counts).toMatchObject({ notifications: 1, 'dropped.unwanted_notification': 1 });
});

test('notifications that are decided on after the front was closed get nothing', async () => {
  const { front, receive } = createTestFront({ onNotification: () => Promise.resolve(true) });
  const peer = createPeer();
  receive(peer, notification({ type: 'CON' }));
  await front.close();
  await new Promise(setImmediate);
  expect(peer.sent).toEqual([]);
});

test('the response to a request is taken, although a notification of the device has the same message id and token', async () => {
  const { front, receive } = createTestFront();
  const peer = createPeer();
  const cancel = front.request(peer, { ...read, options: [uintOption(OPTION.observe, 1), ...read.options] }, { token });
  receive(peer, notification({ type: 'CON', messageId: last(peer).messageId }));
  receive(peer, responseTo(peer.sent[0]!));
  expect(await outcome(cancel)).toContain('ACK 2.05');
});
