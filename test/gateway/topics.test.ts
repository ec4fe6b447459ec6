import fc from 'fast-check';
import { clampKeepAlive } from '../../gateways/mqtt/broker/limits';
import { createPacketMeter } from '../../gateways/mqtt/broker/packet-guard';
import { overlaps } from '../../gateways/mqtt/broker/topic-filter';
import { coversOwnTopic, upTopic } from '../../gateways/mqtt/link/topics';

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
  expect(coversOwnTopic(filter, device)).toBe(covered);
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

test('R-FLOW-1 the packet meter sees the same lengths however the stream is cut', () => {
  const packet = (type: number, length: number) => {
    const head = length < 128 ? [type, length] : [type, (length & 0x7f) | 0x80, length >> 7];
    return Buffer.concat([Buffer.from(head), Buffer.alloc(length, 0xff)]);
  };
  fc.assert(
    fc.property(fc.array(fc.nat(1_000), { maxLength: 6 }), fc.integer({ min: 1, max: 50 }), (lengths, cut) => {
      const stream = Buffer.concat([packet(0x10, 10), ...lengths.map((length) => packet(0x30, length))]);
      const allows = createPacketMeter({ connectBytes: 20, packetBytes: 900 });
      let allowed = true;
      for (let at = 0; at < stream.length && allowed; at += cut) allowed = allows(stream.subarray(at, at + cut));
      expect(allowed).toBe(lengths.every((length) => length <= 900));
    }),
  );
});

test.each([
  [0, 1_200],
  [5, 30],
  [60, 60],
  [65_535, 1_200],
])('R-FLOW-1 keep-alive %i is taken as %i', (asked, taken) => {
  expect(clampKeepAlive(asked)).toBe(taken);
});
