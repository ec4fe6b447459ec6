import fc from 'fast-check';
import { readLenientJson } from '../../gateways/lenient-json';
import { readEnvelope } from '../../gateways/mqtt/iotda/envelope';
import { progressReport, versionReport } from '../../gateways/mqtt/iotda/messages';
import { iotdaUpTopic, ownIotdaTopics } from '../../gateways/mqtt/iotda/topics';
import { overlaps } from '../../gateways/mqtt/topic-filter';
import { reportedVersionViolation } from '../../schema/model/device/module-version';
import { VECTOR } from './iotda-support';

const device = { deviceId: VECTOR.deviceId, productKey: VECTOR.productKey, deviceName: VECTOR.deviceName };

/** JSON that looks more or less like an envelope. */
const paras = fc.oneof(
  fc.jsonValue(),
  fc.record({
    fw_version: fc.jsonValue(),
    sw_version: fc.jsonValue(),
    result_code: fc.jsonValue(),
    progress: fc.jsonValue(),
    version: fc.jsonValue(),
  }),
);
const service = fc.oneof(
  fc.jsonValue(),
  fc.record({ service_id: fc.constantFrom('$ota', '$log', 1), event_type: fc.oneof(fc.constant('version_report'), fc.jsonValue()), paras }),
);
const body = fc.oneof(
  fc.jsonValue(),
  fc.record({ object_device_id: fc.oneof(fc.constant(VECTOR.id), fc.jsonValue()), services: fc.array(service) }),
);

test('R-FLOW-2 whatever JSON a device sends is read or refused, and what is read is within bounds', () => {
  fc.assert(
    fc.property(body, (value) => {
      const json = readLenientJson(Buffer.from(JSON.stringify(value)));
      const reading = readEnvelope(json.ok ? json.value : undefined, device);
      for (const event of reading.kind === 'events' ? reading.events : []) {
        for (const { version } of versionReport(event.paras).versions) expect(reportedVersionViolation(version, '')).toBeNull();
        const result = progressReport(event.paras);
        if (result === null) continue;
        expect(Number.isInteger(result.code)).toBe(true);
        expect(result.progress === null || (result.progress >= 0 && result.progress <= 100)).toBe(true);
      }
    }),
    { numRuns: 500 },
  );
});

test('R-FLOW-2 a message of a thousand services is read as far as the first 32', () => {
  const services = Array.from({ length: 1_000 }, () => ({ service_id: '$ota', event_type: 'version_report', paras: {} }));
  expect(readEnvelope({ services }, device)).toMatchObject({ kind: 'events', events: { length: 32 } });
});

test('R-FLOW-2 no topic of another device is taken for its own, nor any filter for it granted', () => {
  const other = fc.stringMatching(/^[A-Za-z0-9_.:@-]{1,40}$/).filter((id) => id !== VECTOR.id);
  fc.assert(
    fc.property(other, (id) => {
      expect(iotdaUpTopic(`$oc/devices/${id}/sys/events/up`, device)).toBe('foreign');
      expect(ownIotdaTopics(device).some((own) => overlaps(`$oc/devices/${id}/sys/events/down`, own))).toBe(false);
    }),
  );
});
