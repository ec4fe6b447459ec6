import { emptyMessage } from '../../../gateways/coap/message/message';
import { OPTION } from '../../../gateways/coap/message/options';
import { createPeer, createTestFront, get, message, shown } from './front-support';

test('a ping gets a reset', () => {
  const { receive, counts } = createTestFront();
  const peer = createPeer();
  receive(peer, emptyMessage('CON', 9), emptyMessage('CON', 9));
  expect(peer.sent.map(shown)).toEqual(['RST 0.00 9', 'RST 0.00 9']);
  expect(counts.pings).toBe(2);
});

test('an unknown critical option: 4.02 for a confirmable request, a reset for another, and the handler is not asked', () => {
  const { receive, requests, counts } = createTestFront();
  const peer = createPeer();
  const options = [...get('/a').options, { number: 2_049, value: Buffer.alloc(1) }];
  receive(peer, message({ options }), message({ options, type: 'NON', messageId: 8 }));
  expect(peer.sent.map(shown)).toEqual(['ACK 4.02 7 ab "Option 2049 is not understood"', 'RST 0.00 8']);
  expect([requests.length, counts['dropped.bad_option']]).toEqual([0, 2]);
});

test('an unknown elective option is passed over', () => {
  const { receive, requests } = createTestFront();
  receive(createPeer(), message({ options: [...get('/a').options, { number: 2_048, value: Buffer.alloc(1) }] }));
  expect(requests).toHaveLength(1);
});

test.each([OPTION.proxyUri, OPTION.proxyScheme])('option %i asks for a proxy: 5.05', (number) => {
  const { receive, requests } = createTestFront();
  const peer = createPeer();
  receive(peer, message({ options: [{ number, value: Buffer.from('coap://[::1]/') }] }));
  expect(peer.sent.map(shown)).toEqual(['ACK 5.05 7 ab']);
  expect(requests).toEqual([]);
});

/** go-coap 110 took a reset for a request; node-coap 156 answered one. */
test.each([
  ['a request in a reset', '70 01 00 07 B1 61'],
  ['a reset with a token', '71 00 00 07 AB'],
  ['a response in a reset', '70 45 00 07'],
  ['a request in an acknowledgement', '60 01 00 07 B1 61'],
  ['an acknowledgement that repeats the token', '61 00 00 07 AB'],
  ['an empty NON', '50 00 00 07'],
  ['a malformed NON', '50 01 00 07 B5 61'],
  ['one byte', '40'],
  ['nothing', ''],
  ['another version', '80 01 00 07'],
])('%s is met with silence', (_name, hex) => {
  const { receive, requests, counts } = createTestFront();
  const peer = createPeer();
  receive(peer, Buffer.from(hex.replaceAll(' ', ''), 'hex'));
  expect([peer.sent, requests]).toEqual([[], []]);
  expect(Object.keys(counts).filter((name) => name.startsWith('dropped.'))).toHaveLength(1);
});

test.each([
  ['an option that ends outside', '40 01 00 07 B5 61'],
  ['a token of 9 bytes', '49 01 00 07 00 01 02 03 04 05 06 07 08'],
  ['a ping with more bytes', '40 00 00 07 61'],
  ['code 1.00', '40 20 00 07'],
  ['a marker and no payload', '40 01 00 07 FF'],
])('confirmable and malformed, %s gets a reset of four bytes', (_name, hex) => {
  const { receive, requests } = createTestFront();
  const peer = createPeer();
  receive(peer, Buffer.from(hex.replaceAll(' ', ''), 'hex'));
  expect(peer.sent.map(shown)).toEqual(['RST 0.00 7']);
  expect([peer.bytes, requests]).toEqual([[4], []]);
});
