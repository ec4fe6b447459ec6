import fc from 'fast-check';
import { createPacketFilter } from '../../gateways/mqtt/embedded/packet-guard';
import { clampKeepAlive } from '../../gateways/mqtt/limits';
import { ownLinkTopics, upTopic } from '../../gateways/mqtt/link/topics';
import { contains, overlaps } from '../../gateways/mqtt/topic-filter';

const device = { deviceId: 'pk01.dn', productKey: 'pk01', deviceName: 'dn' };

test.each([
  ['/ota/device/inform/pk01/dn', 'inform'],
  ['/ota/device/progress/pk01/dn', 'progress'],
  ['/ota/device/request/pk01/dn', 'legacy-request'],
  ['/sys/pk01/dn/thing/ota/firmware/get', 'firmware-get'],
  ['/sys/pk01/dn/thing/config/push', 'config'],
  ['/sys/pk01/dn/thing/config/get_reply', 'config'],
  ['/ota/device/inform/pk01/dn2', 'foreign'],
  ['/ota/device/inform/pk01/xdn', 'foreign'],
  ['/ota/device/inform/pk01/dn/more', 'foreign'],
  ['/sys/pk01/dn2/thing/ota/firmware/get', 'foreign'],
  ['/sys/pk02/dn/thing/ota/firmware/get', 'foreign'],
  ['/ota/device/toString/pk01/dn', 'unknown'],
  ['/ota/device/upgrade/pk01/dn', 'unknown'],
  ['/sys/pk01/dn/thing/event/property/post', 'unknown'],
  ['/ota/device/', 'unknown'],
  ['anything', 'unknown'],
])('R-FLOW-1 %s is %s', (topic, kind) => {
  expect(upTopic(topic, device)).toBe(kind);
});

test.each([
  ['/ota/device/upgrade/pk01/dn', true],
  ['/ota/device/+/pk01/+', true],
  ['/ota/device/upgrade/pk01/#', true],
  ['#', true],
  ['+/+/+/+/+/+', true],
  ['/pk01/dn/user/get', true],
  ['/sys/pk01/dn/thing/anything/#', true],
  ['/sys/pk01', false],
  ['/ota/device/upgrade/pk01/dn2', false],
  ['/ota/device/upgrade/+/dn2', false],
  ['/sys/pk02/+/thing/#', false],
  ['$SYS/#', false],
  ['/broadcast/pk01/x', false],
])('R-FLOW-1 the filter %s covers a topic of the device: %s', (filter, covered) => {
  expect(ownLinkTopics(device).some((own) => overlaps(filter, own))).toBe(covered);
});

const levels = fc.array(fc.constantFrom('a', 'b', ''), { minLength: 1, maxLength: 5 });

test('R-FLOW-1 a topic is matched by itself and by any of its levels made a wildcard', () => {
  fc.assert(
    fc.property(levels, fc.nat(4), (topic, at) => {
      const index = at % topic.length;
      const plus = topic.map((level, position) => (position === index ? '+' : level));
      expect(overlaps(topic.join('/'), topic.join('/'))).toBe(true);
      expect(overlaps(plus.join('/'), topic.join('/'))).toBe(true);
      expect(overlaps([...topic.slice(0, index), '#'].join('/'), topic.join('/'))).toBe(true);
      expect(overlaps([...topic, 'x'].join('/'), topic.join('/'))).toBe(false);
    }),
  );
});

describe('R-FLOW-1 the packet filter', () => {
  const packet = (type: number, length: number) => {
    const head = length < 128 ? [type, length] : [type, (length & 0x7f) | 0x80, length >> 7];
    return Buffer.concat([Buffer.from(head), Buffer.alloc(length, type)]);
  };
  const limits = { connectBytes: 20, packetBytes: 900, skippedBytes: 1_500 };

  function filtered(packets: readonly Buffer[], cut: number): { passed: Buffer | null; tooLarge: number } {
    let tooLarge = 0;
    const filter = createPacketFilter(limits, {
      tooLarge() {
        tooLarge += 1;
      },
    });
    const stream = Buffer.concat(packets);
    const passed: Buffer[] = [];
    for (let at = 0; at < stream.length; at += cut) {
      const piece = filter(stream.subarray(at, at + cut));
      if (piece === null) return { passed: null, tooLarge };
      passed.push(Buffer.from(piece));
    }
    return { passed: Buffer.concat(passed), tooLarge };
  }

  test('R-FLOW-1 leaves messages out that are too long, and nothing else, however the stream is cut', () => {
    const lengths = fc.array(fc.oneof(fc.nat(10), fc.nat(1_500)), { maxLength: 8 });
    fc.assert(
      fc.property(lengths, fc.oneof(fc.integer({ min: 1, max: 50 }), fc.constant(100_000)), (sizes, cut) => {
        const packets = [packet(0x10, 10), ...sizes.map((length, index) => packet(0x30 + (index % 3) * 2, length))];
        const fitting = packets.filter(({ length }) => length <= 903);
        expect(filtered(packets, cut)).toEqual({ passed: Buffer.concat(fitting), tooLarge: packets.length - fitting.length });
      }),
    );
  });

  test('R-DEV-1 of a message that it leaves out it tells topic and beginning, however the stream is cut', () => {
    const long = (flags: number, topic: string, payload: Buffer): Buffer => {
      const name = Buffer.from(topic);
      const id = flags & 0b0110 ? [0, 7] : [];
      const body = Buffer.concat([Buffer.from([name.length >> 8, name.length & 0xff]), name, Buffer.from(id), payload]);
      return Buffer.concat([Buffer.from([0x30 | flags, (body.length & 0x7f) | 0x80, body.length >> 7]), body]);
    };
    const payload = Buffer.from('{"id":1,'.padEnd(1_400, ' '));
    for (const cut of [1, 7, 1_000, 100_000]) {
      const seen: [string, string][] = [];
      const filter = createPacketFilter(limits, {
        tooLarge: () => undefined,
        skipped: (topic, head) => seen.push([topic, head.toString('utf8', 0, 8)]),
      });
      const endless = long(0, 't'.repeat(1_300), payload.subarray(0, 90));
      const stream = Buffer.concat([packet(0x10, 10), long(0, 'a/b', payload), packet(0x30, 10), long(2, 'c', payload), endless]);
      for (let at = 0; at < stream.length; at += cut) filter(stream.subarray(at, at + cut));
      expect(seen).toEqual([
        ['a/b', '{"id":1,'],
        ['c', '{"id":1,'],
      ]);
    }
  });

  test.each([
    ['a first packet that is too long', [packet(0x10, 21)]],
    ['another kind of packet that is too long', [packet(0x10, 10), packet(0x82, 901)]],
    ['a message that is much too long', [packet(0x10, 10), packet(0x30, 1_501)]],
  ])('R-FLOW-1 %s ends the connection', (_name, packets) => {
    for (const cut of [1, 7, 10_000]) expect(filtered(packets, cut)).toEqual({ passed: null, tooLarge: 1 });
  });

  test('R-FLOW-1 a length without an end ends the connection', () => {
    expect(filtered([Buffer.from([0x10, 0xff, 0xff, 0xff, 0xff, 1])], 1).passed).toBeNull();
  });
});

test.each([
  [0, 1_200],
  [5, 30],
  [60, 60],
  [65_535, 1_200],
])('R-FLOW-1 keep-alive %i is taken as %i', (asked, taken) => {
  expect(clampKeepAlive(asked, 30)).toBe(taken);
});

const level = fc.constantFrom('a', 'b', '+', '');
const filter = fc
  .tuple(fc.array(level, { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(([levels, rest]) => (rest ? [...levels, '#'] : levels).join('/'));

test('R-FLOW-1 a filter contains another when every topic of the inner one matches it', () => {
  fc.assert(
    fc.property(filter, filter, fc.array(fc.constantFrom('a', 'b', ''), { minLength: 1, maxLength: 5 }), (outer, inner, levels) => {
      const topic = levels.join('/');
      if (contains(outer, inner) && overlaps(inner, topic)) expect(overlaps(outer, topic)).toBe(true);
      expect(contains(outer, outer)).toBe(true);
      expect(contains('#', inner)).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  ['/sys/pk01/dn/#', '/sys/pk01/dn/thing/+', true],
  ['/sys/pk01/dn/#', '/sys/pk01/+/thing', false],
  ['/sys/pk01/dn/#', '#', false],
  ['/ota/device/+/pk01/dn', '/ota/device/+/pk01/dn', true],
  ['/ota/device/+/pk01/dn', '/ota/device/#', false],
  ['/ota/device/+/pk01/dn', '/ota/device/upgrade/pk01/dn/more', false],
])('R-FLOW-1 %s contains %s: %s', (outer, inner, expected) => {
  expect(contains(outer, inner)).toBe(expected);
});
