import { generate, parse } from 'coap-packet';
import { BlockPush, type PushSettings } from '../support/devices/lwm2m/coap/block-push';
import { blockOf, blockOption, bytesOf, uintOption } from '../support/devices/lwm2m/coap/coap-options';

const BODY = Buffer.from(Array.from({ length: 300 }, (_, index) => index % 251));

/** One block of the body, as it comes. */
function block(num: number, szx: number, more = (num + 1) * bytesOf(szx) < BODY.length) {
  const at = num * bytesOf(szx);
  const options = [blockOption('Block1', { num, more, szx }), uintOption('Size1', BODY.length)];
  return parse(generate({ code: 'PUT', options, payload: BODY.subarray(at, at + bytesOf(szx)) }));
}

function pushed(settings: PushSettings, packets: ReturnType<typeof block>[]) {
  const push = new BlockPush(settings);
  const steps = packets.map((packet) => push.take(packet));
  return { codes: steps.map(({ answer }) => answer.code), last: steps.at(-1) };
}

test('a body in blocks, in order', () => {
  const { codes, last } = pushed({}, [block(0, 3), block(1, 3), block(2, 3)]);
  expect(codes).toEqual(['2.31', '2.31', '2.04']);
  expect(last?.body).toEqual(BODY);
});

test('a body that comes whole', () => {
  expect(pushed({}, [parse(generate({ code: 'PUT', payload: BODY }))]).last).toMatchObject({ answer: { code: '2.04' }, body: BODY });
});

test('it takes smaller blocks only: the server goes on behind what was taken', () => {
  const push = new BlockPush({ szx: 2 });
  const first = push.take(block(0, 4));
  expect(blockOf({ options: first.answer.options as never }, 'Block1')).toMatchObject({ num: 0, szx: 2 });
  const last = push.take(block(4, 2));
  expect(last).toMatchObject({ answer: { code: '2.04' }, body: BODY });
});

test('a block out of order is 4.08, and the next first block begins anew', () => {
  const { codes, last } = pushed({}, [block(0, 3), block(2, 3), block(0, 3), block(1, 3), block(2, 3)]);
  expect(codes).toEqual(['2.31', '4.08', '2.31', '2.31', '2.04']);
  expect(last?.body).toEqual(BODY);
});

test('more than it has room for is 4.13 at the first block, by Size1', () => {
  expect(pushed({ mostBytes: 299 }, [block(0, 3)])).toMatchObject({ codes: ['4.13'], last: { tooLarge: true } });
});
