import { CODE } from '../../../gateways/coap/message/codes';
import { writeMessage } from '../../../gateways/coap/message/write';
import { createPeer, createTestFront, get, held } from './front-support';

describe('an address that has proven nothing', () => {
  const long = { code: CODE.content, payload: Buffer.alloc(1_024, 'x') };

  test('is answered by three times its bytes at most', () => {
    const request = get('/a');
    const bytes = writeMessage(request).length;
    const answers = [
      long,
      { code: CODE.badRequest, payload: Buffer.alloc(60, 'x') },
      { code: CODE.content, payload: Buffer.alloc(3 * bytes - 6, 'x') },
    ];
    const stranger = createPeer('stranger', null);
    const { receive, counts } = createTestFront({ onRequest: (_peer, _request, respond) => respond(answers.shift()!) });
    receive(stranger, request, get('/a', { messageId: 8 }), get('/a', { messageId: 9 }));
    expect(stranger.sent.map(({ code, payload }) => [code, payload.length])).toEqual([
      [CODE.unauthorized, 0],
      [CODE.badRequest, 0],
      [CODE.content, 3 * bytes - 6],
    ]);
    expect(Math.max(...stranger.bytes)).toBe(3 * bytes);
    expect(counts['dropped.too_long_for_stranger']).toBe(2);
  });

  test('has the whole answer when its request shows that it may have it, and so has a proven identity', () => {
    const stranger = createPeer('stranger', null);
    createTestFront({ onRequest: (_peer, _request, respond) => respond({ ...long, proven: true }) }).receive(stranger, get('/a'));
    const known = createPeer('known', 'identity');
    createTestFront({ onRequest: (_peer, _request, respond) => respond(long) }).receive(known, get('/a'));
    expect([stranger.sent[0]!.payload.length, known.sent[0]!.payload.length]).toEqual([1_024, 1_024]);
  });

  test.each([
    ['stranger', null, 1],
    ['known', 'identity', 2],
  ])('gets no more for a repetition that is shorter than the request it repeats: %s', (key, identity, answers) => {
    const peer = createPeer(key, identity);
    const { receive, counts } = createTestFront({
      onRequest: (_peer, _request, respond) => respond({ ...long, payload: Buffer.alloc(60) }),
    });
    const padding = { number: 2_048, value: Buffer.alloc(60) };
    const { options } = get('/a');
    receive(peer, get('/a', { options: [...options, padding] }), get('/a'));
    expect([peer.sent.length, counts['dropped.duplicate'], counts['dropped.too_long_for_stranger'] ?? 0]).toEqual([
      answers,
      1,
      2 - answers,
    ]);
  });

  test('makes nobody else be forgotten, nor be turned away', () => {
    const { responds, onRequest } = held();
    const { receive, counts } = createTestFront({ onRequest, limits: { duplicates: 2, handling: 2 } });
    const [known, stranger] = [createPeer('known', 'identity'), createPeer('stranger', null)];
    receive(known, get('/a', { messageId: 1 }));
    receive(stranger, ...[2, 3, 4].map((messageId) => get('/a', { messageId })));
    expect(stranger.sent.map(({ code }) => code)).toEqual([CODE.serviceUnavailable]);
    receive(known, get('/a', { messageId: 1 }), get('/a', { messageId: 5 }));
    expect([responds.length, known.sent.length, counts['dropped.duplicate']]).toEqual([4, 0, 1]);
  });

  test('gets acknowledgement, separate response and repetitions within the three times together', () => {
    const { responds, onRequest } = held();
    const { receive, clock } = createTestFront({ onRequest });
    const stranger = createPeer('stranger', null);
    const request = get('/a/b/c');
    receive(stranger, request);
    clock.advance(1_000);
    responds[0]!({ code: CODE.changed });
    clock.advance(100_000);
    const total = stranger.bytes.reduce((sum, bytes) => sum + bytes, 0);
    expect(stranger.sent.length).toBeGreaterThan(2);
    expect(total).toBeLessThanOrEqual(3 * writeMessage(request).length);
  });

  test.each([
    [-10, CODE.content],
    [-9, CODE.unauthorized],
  ])('gets a separate response of what the acknowledgement leaves of it: %i', (less, code) => {
    const { responds, onRequest } = held();
    const { receive, clock } = createTestFront({ onRequest });
    const stranger = createPeer('stranger', null);
    const most = 3 * writeMessage(get('/a')).length;
    receive(stranger, get('/a'));
    clock.advance(1_000);
    responds[0]!({ code: CODE.content, payload: Buffer.alloc(most + less, 'x') });
    clock.advance(100_000);
    expect(stranger.sent[1]!.code).toBe(code);
    expect(stranger.bytes.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThanOrEqual(most);
  });
});
