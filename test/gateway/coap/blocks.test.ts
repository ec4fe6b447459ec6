import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { isForFile } from '../../../gateways/coap/blocks/decide-block';
import { blockSize } from '../../../gateways/coap/message/block-option';
import { CODE } from '../../../gateways/coap/message/codes';
import { OPTION, pathOptions, uintOption } from '../../../gateways/coap/message/options';
import { type Asked, blockServer, GONE, TOKEN } from './blocks-support';

const bytesOf = (length: number): Buffer => Buffer.from(Array.from({ length }, (_, index) => (index * 31 + (index >> 8)) % 256));
const FILE = bytesOf(10_000);
const EMPTY = Buffer.alloc(0);
const etagOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex').slice(0, 16).toUpperCase();

describe('R-DL-4 golden vectors', () => {
  const file = Buffer.alloc(806_392, 7);

  test('R-DL-4 806,392 bytes are 788 blocks; the last has 504 bytes and no more behind it', async () => {
    const { ask } = blockServer(file);
    expect((await ask()).block2).toEqual({ num: 0, more: true, szx: 6 });
    const last = await ask({ block2: { num: 787, szx: 6 } });
    expect([last.code, last.block2, last.payload.length]).toEqual(['2.05', { num: 787, more: false, szx: 6 }, 504]);
    expect((await ask({ block2: { num: 788, szx: 6 } })).code).toBe('4.00');
  });

  /** Behind the head and the token: ETag, Content-Format 42, Block2, Size2. */
  const optionsOf = (datagram: Buffer | undefined) => datagram?.subarray(5, datagram.indexOf(0xff, 14)).toString('hex').toUpperCase();
  test.each([
    [0, '0E'],
    [1, '1E'],
    [787, '3136'],
  ])('R-DL-4 block %i says %s', async (num, value) => {
    const { ask, datagrams } = blockServer(file);
    await ask({ block2: { num, szx: 6 } });
    const head = `B${value.length / 2}${value}`;
    expect(optionsOf(datagrams[0])).toBe(`48${etagOf(file)}812A${head}530C4DF8`);
  });

  test('R-DL-4 the tag is the first 8 bytes of the SHA-256', async () => {
    expect(await blockServer(Buffer.from('UPDRAFT!v2.0')).ask()).toEqual({
      ...{ code: '2.05', block2: { num: 0, more: false, szx: 6 }, etag: 'BA6F66487136D961', size2: 12, contentFormat: 42 },
      payload: Buffer.from('UPDRAFT!v2.0'),
    });
  });
});

describe('R-DL-4 any size from 16 to 1,024', () => {
  /** Asks for block after block, each of the size that is next in the row, at the byte that is missing. */
  async function download(bytes: Buffer, sizes: readonly number[], from = 0) {
    const { ask } = blockServer(bytes);
    const parts: Buffer[] = [];
    let at = from;
    for (let turn = 0; ; turn++) {
      // A block can only begin at a multiple of its size: the largest that is wanted and does.
      let szx = sizes[turn % sizes.length] ?? 0;
      while (at % blockSize(szx) !== 0) szx -= 1;
      const num = at / blockSize(szx);
      const answer = await ask({ block2: { num, szx } });
      expect([answer.code, answer.block2?.num, answer.block2?.szx, answer.etag, answer.size2, answer.contentFormat]).toEqual(
        ['2.05', num, szx, etagOf(bytes), bytes.length, 42], // the same with every block
      );
      parts.push(answer.payload);
      at += answer.payload.length;
      expect(answer.block2?.more).toBe(at < bytes.length);
      if (!answer.block2?.more) return Buffer.concat(parts);
      expect(answer.payload.length).toBe(blockSize(szx));
    }
  }

  const sizes = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 8 });
  const length = fc.oneof(
    fc.integer({ min: 1, max: 3_000 }),
    fc.integer({ min: 1, max: 5 }).map((blocks) => blocks * 1_024),
  );

  test('R-DL-4 whatever sizes a device asks for in whatever order, it gets the file', async () => {
    await fc.assert(
      fc.asyncProperty(length, sizes, async (size, each) => {
        expect((await download(bytesOf(size), each)).equals(bytesOf(size))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  test('R-DL-4 a download goes on from any byte where a block can begin', async () => {
    await fc.assert(
      fc.asyncProperty(length, fc.nat(200), sizes, async (size, unit, each) => {
        const from = Math.min(unit * 16, Math.floor((size - 1) / 16) * 16);
        expect((await download(bytesOf(size), each, from)).equals(bytesOf(size).subarray(from))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  test('R-DL-4 any block is the bytes at its offset, or 4.00 beyond the end', async () => {
    const { ask } = blockServer(FILE);
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.nat(700), fc.nat(0xf_ffff)), fc.integer({ min: 0, max: 6 }), async (num, szx) => {
        const offset = num * blockSize(szx);
        const { code, payload } = await ask({ block2: { num, szx } });
        const expected = FILE.subarray(offset, offset + blockSize(szx));
        expect([code, payload.equals(expected)]).toEqual([offset < FILE.length ? '2.05' : '4.00', true]);
      }),
    );
  });

  test('R-DL-4 a block that comes again is answered again, from whichever port', async () => {
    const { ask, datagrams } = blockServer(FILE);
    for (let port = 0; port < 20; port++) await ask({ block2: { num: 3, szx: 5 }, peer: `port ${port}` });
    expect(new Set(datagrams.map((datagram) => datagram.toString('hex'))).size).toBe(1);
  });
});

describe('R-DL-4 a request that is refused', () => {
  test.each<[string, Asked, string, string]>([
    ['a token that was never given out', { path: ['f', 'x'.repeat(22)] }, '4.04', 'unknown'],
    ['a token that is none', { path: ['f', ''] }, '4.04', 'unknown'],
    ['no token', { path: ['f'] }, '4.04', 'wrong'],
    ['something behind the token', { path: ['f', TOKEN, ''] }, '4.04', 'wrong'],
    ['another path', { path: ['d', TOKEN] }, '4.04', 'wrong'],
    ['a token whose task has ended', { path: ['f', GONE] }, '4.03', 'refused'],
    ["a token of another device, over that device's own key", { deviceId: 'p.other' }, '4.03', 'refused'],
    ['the reserved size', { block2: Buffer.of(0x07) }, '4.00', 'wrong'],
    ['the reserved size and a number', { block2: Buffer.of(0x01, 0x2f) }, '4.00', 'wrong'],
    ['the first block behind the end', { block2: { num: 10, szx: 6 } }, '4.00', 'beyond'],
    ['the last number that there is', { block2: { num: 0xf_ffff, szx: 6 } }, '4.00', 'beyond'],
    ['POST', { method: CODE.post }, '4.05', 'wrong'],
    ['PUT', { method: CODE.put }, '4.05', 'wrong'],
    ['DELETE', { method: CODE.delete }, '4.05', 'wrong'],
    ['FETCH', { method: CODE.fetch }, '4.05', 'wrong'],
    ['another format', { options: [uintOption(OPTION.accept, 0)] }, '4.06', 'wrong'],
  ])('R-DL-4 for %s', async (_, asked, code, counted) => {
    const { ask, counts } = blockServer(FILE);
    expect(await ask(asked)).toEqual({ code, payload: EMPTY });
    expect(counts).toEqual({ [counted]: 1 });
  });

  test.each<[string, Asked]>([
    ['its own format', { options: [uintOption(OPTION.accept, 42)] }],
    ['a query', { options: [{ number: OPTION.uriQuery, value: Buffer.from('v=2') }] }],
    ['an empty Block2, which is number 0 of 16 bytes', { block2: EMPTY }],
    ['Observe, which it may leave out of account', { options: [uintOption(OPTION.observe, 0)] }],
    ['its own key', { deviceId: 'p.d' }],
  ])('R-DL-4 is not one with %s', async (_, asked) => {
    expect((await blockServer(FILE).ask(asked)).code).toBe('2.05');
  });

  test('R-DL-7 as many peers go on as may; a further one is told to wait, in a few bytes', async () => {
    const { ask, datagrams } = blockServer(FILE, { downloadsPerToken: 1 });
    expect((await ask({ peer: 'a' })).code).toBe('2.05');
    expect((await ask({ peer: 'b' })).code).toBe('2.05');
    expect(await ask({ peer: 'a' })).toEqual({ code: '4.29', maxAge: 3, payload: EMPTY });
    expect(datagrams[2]?.length).toBeLessThan(10);
  });

  test('R-DL-7 as many requests with a token as may be in a second, and a few more that wait', async () => {
    const { ask } = blockServer(FILE, { blockRequestsPerToken: 1 });
    const codes = (await Promise.all(Array.from({ length: 9 }, () => ask().then(({ code }) => code)))).sort();
    expect([codes[0], codes[8]]).toEqual(['2.05', '4.29']);
  });

  test('R-SAFE-3 a store that can not be read, and one that too many wait for, are 5.03 with a time', async () => {
    const { ask, fail, counts } = blockServer(FILE, { blocksWaiting: 1 });
    const [first, second] = await Promise.all([ask(), ask()]);
    expect([first.code, second]).toEqual(['2.05', { code: '5.03', maxAge: 5, payload: EMPTY }]);
    fail(new Error('no store'));
    expect(await ask({ block2: { num: 9, szx: 6 } })).toEqual({ code: '5.03', maxAge: 5, payload: EMPTY });
    expect(counts).toMatchObject({ block: 1, busy: 1, failed: 1, errors: 1 });
  });
});

/** What others ran into, as their trackers tell. */
describe('R-DL-4 as elsewhere it went wrong', () => {
  test('R-DL-4 a tag in the request is no reason for 2.03: who asks for a block has not got it (californium 527)', async () => {
    const { ask } = blockServer(FILE);
    const options = [{ number: OPTION.etag, value: Buffer.from(etagOf(FILE), 'hex') }];
    const { code, payload } = await ask({ block2: { num: 1, szx: 6 }, options });
    expect([code, payload.equals(FILE.subarray(1_024, 2_048))]).toEqual(['2.05', true]);
  });

  test('R-DL-4 a file of whole blocks ends with its last one: no block is announced behind it (node-coap 211)', async () => {
    const { ask } = blockServer(bytesOf(1_536));
    expect((await ask({ block2: { num: 2, szx: 5 } })).block2).toEqual({ num: 2, more: false, szx: 5 });
    expect((await ask({ block2: { num: 3, szx: 5 } })).code).toBe('4.00');
  });

  test('R-DL-4 the block with number 4096 is like the one before, though it takes a byte more (californium 817)', async () => {
    const bytes = bytesOf(4_099 * 16);
    const { ask } = blockServer(bytes);
    for (const num of [4_095, 4_096, 4_097]) {
      const { code, block2, payload } = await ask({ block2: { num, szx: 0 } });
      expect([code, block2, payload.equals(bytes.subarray(num * 16, num * 16 + 16))]).toEqual(['2.05', { num, more: true, szx: 0 }, true]);
    }
  });

  test('R-DL-4 each block has the tag and the size, not the first one alone (aiocoap 246)', async () => {
    const { ask } = blockServer(FILE);
    const answers = await Promise.all([0, 4, 9].map((num) => ask({ block2: { num, szx: 6 } })));
    expect(new Set(answers.map(({ etag, size2 }) => `${etag} ${size2}`))).toEqual(new Set([`${etagOf(FILE)} 10000`]));
  });

  test('R-DL-4 the reserved size is refused, and not taken for no option at all (libcoap 2112)', async () => {
    expect((await blockServer(FILE).ask({ block2: Buffer.of(0x1f) })).code).toBe('4.00');
  });

  test('R-DL-4 a size that changes on the way keeps the offset: number and size are those that were asked for (libcoap 1290)', async () => {
    const { ask } = blockServer(FILE);
    await ask({ block2: { num: 0, szx: 6 } });
    const { block2, payload } = await ask({ block2: { num: 16, szx: 2 } });
    expect([block2, payload.equals(FILE.subarray(1_024, 1_088))]).toEqual([{ num: 16, more: true, szx: 2 }, true]);
  });

  test('R-DL-4 the largest number is an offset of a gigabyte and no negative one (contiki-ng 430)', async () => {
    expect((await blockServer(FILE).ask({ block2: { num: 0xf_ffff, szx: 6 } })).code).toBe('4.00');
  });

  test('R-DL-4 more set in a request means nothing (RFC 7959 §2.2)', async () => {
    const { block2 } = await blockServer(FILE).ask({ block2: { num: 9, szx: 6, more: true } });
    expect(block2).toEqual({ num: 9, more: false, szx: 6 });
  });
});

test('R-DL-4 paths below f are files, others are not', () => {
  const isFile = (...path: string[]) => isForFile({ options: pathOptions(path) });
  expect([isFile('f', TOKEN), isFile('f'), isFile('f', 'a', 'b')]).toEqual([true, true, true]);
  expect([isFile(), isFile('rd'), isFile('fw'), isFile('rd', 'f'), isFile('')]).toEqual([false, false, false, false, false]);
});
