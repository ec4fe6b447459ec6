import fc from 'fast-check';
import { type Brought, dialectReason, dialectsPassedOver, passesOver } from '../../../schema/model/batch/dialect-obstacle';
import { DIALECTS } from '../../../schema/model/protocol/dialect';

const aBatch = (fields: Partial<Brought> = {}): Brought => ({ module: 'default', policy: {}, ...fields });

test.each<[string, Partial<Brought>, string | null]>([
  ['one file of the default module', {}, null],
  ['however that is written', { module: 'Default' }, null],
  ['by address', { files: 1, policy: { downloadProtocol: 'HTTPS' } }, null],
  ['several files', { files: 3 }, 'the package has 3 files'],
  ['another module', { module: 'mcu' }, 'the module is mcu'],
  ['over MQTT', { policy: { downloadProtocol: 'MQTT' } }, 'the batch downloads over MQTT'],
  ['two of them', { files: 2, module: 'mcu' }, 'the package has 2 files, the module is mcu'],
])('R-FLOW-7 what an LwM2M device is given by a batch: %s', (_name, fields, why) => {
  const reason = why === null ? null : `LwM2M takes one file of the module default, and not over MQTT: ${why}`;
  expect(dialectReason(aBatch(fields))).toBe(reason);
  expect(dialectsPassedOver(aBatch(fields))).toEqual(why === null ? [] : ['LWM2M']);
});

test('R-FLOW-7 a reason is there exactly where a dialect is passed over, and never Link or IoTDA', () => {
  const batches = fc.record({
    module: fc.constantFrom('default', 'DEFAULT', 'mcu'),
    files: fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }),
    policy: fc.record({ downloadProtocol: fc.constantFrom(undefined, 'HTTPS' as const, 'MQTT' as const) }),
  });
  fc.assert(
    fc.property(batches, (brought) => {
      const passed = DIALECTS.filter((dialect) => passesOver(brought, dialect));
      expect(dialectReason(brought) !== null).toBe(passed.length > 0);
      expect(passed).not.toEqual(expect.arrayContaining([expect.stringMatching(/LINK|IOTDA/)]));
    }),
  );
});
