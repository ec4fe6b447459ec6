import fc from 'fast-check';
import { CONTENT_FORMAT } from '../../../../gateways/coap/lwm2m/formats/content-format';
import { decode } from '../../../../gateways/coap/lwm2m/formats/decode';
import { UNREADABLE } from '../../../../gateways/coap/lwm2m/formats/decoded';
import { parsePath } from '../../../../gateways/coap/lwm2m/formats/path';
import { fuzz } from '../../../fuzz/fuzz';
import { lwm2mFormats } from '../../../fuzz/lwm2m-formats';
import type { DeviceResource } from '../../../support/devices/lwm2m/formats/device-resource';
import { writeCbor, writeSenmlCbor } from '../../../support/devices/lwm2m/formats/write-cbor';
import { writeLwm2mJson, writeSenmlJson } from '../../../support/devices/lwm2m/formats/write-json';
import { writeText } from '../../../support/devices/lwm2m/formats/write-text';
import { writeTlv } from '../../../support/devices/lwm2m/formats/write-tlv';

const integer = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.constantFrom(0, 127, 128, -128, -129, 32_767, 32_768, 2 ** 31, -(2 ** 31), 2 ** 32),
);
const text = fc.string({ unit: 'grapheme', maxLength: 300 });
const of = <T extends DeviceResource['type']>(path: string, type: T, value: fc.Arbitrary<unknown>): fc.Arbitrary<DeviceResource> =>
  value.map((made) => ({ path, type, value: made === 0 ? 0 : made }) as DeviceResource);

const known: fc.Arbitrary<DeviceResource>[] = [
  of(
    '/5/0/0',
    'opaque',
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  ),
  of('/5/0/1', 'string', text),
  of('/5/0/3', 'integer', integer),
  of('/5/0/8/0', 'integer', integer),
  of('/5/0/8/65535', 'integer', integer),
  of('/5/0/12', 'time', integer),
  of('/5/0/13', 'unsigned', fc.oneof(fc.nat(), fc.maxSafeInteger().map(Math.abs))),
  of('/5/0/14', 'boolean', fc.boolean()),
];
const firmware = fc
  .tuple(...known.map((resource) => fc.option(resource, { nil: undefined })))
  .map((resources) => resources.filter((resource) => resource !== undefined));
const single = fc.oneof(...known);

const expected = (resources: readonly DeviceResource[]) => ({
  resources: resources.map(({ path, value }) => ({ path, value })),
  mistyped: [],
});
const read = (payload: Buffer, format: number, base: string) => decode(payload, format, parsePath(base) as number[]);

test.each<[string, number, (resources: readonly DeviceResource[], base: string) => Buffer]>([
  ['TLV', CONTENT_FORMAT.tlv, writeTlv],
  ['SenML-JSON', CONTENT_FORMAT.senmlJson, writeSenmlJson],
  ['SenML-CBOR', CONTENT_FORMAT.senmlCbor, writeSenmlCbor],
  ['SenML-CBOR with the base last', CONTENT_FORMAT.senmlCbor, (resources, base) => writeSenmlCbor(resources, base, { baseLast: true })],
  ['JSON of 1.0', CONTENT_FORMAT.json, writeLwm2mJson],
])('an object, an instance and one resource come back from %s as they were', (_name, format, write) => {
  fc.assert(
    fc.property(firmware, fc.constantFrom('/5', '/5/0'), (resources, base) => {
      expect(read(write(resources, base), format, base)).toEqual(expected(resources));
    }),
  );
  fc.assert(
    fc.property(single, (resource) => {
      expect(read(write([resource], resource.path), format, resource.path)).toEqual(expected([resource]));
    }),
  );
});

test.each<[string, number, (resource: DeviceResource) => Buffer]>([
  ['text', CONTENT_FORMAT.text, writeText],
  ['CBOR', CONTENT_FORMAT.cbor, writeCbor],
])('one resource comes back from %s as it was', (_name, format, write) => {
  fc.assert(
    fc.property(single, (resource) => {
      expect(read(write(resource), format, resource.path)).toEqual(expected([resource]));
    }),
  );
});

test('a float of 4 and of 8 bytes, of objects whose types are not known, is bytes', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true }), (value) => {
      const payload = writeTlv([{ path: '/3303/0/5700', type: 'float', value }], '/3303/0');
      const decoded = read(payload, CONTENT_FORMAT.tlv, '/3303/0');
      const [resource] = 'resources' in decoded ? decoded.resources : [];
      expect(Buffer.isBuffer(resource?.value) && resource.value.readDoubleBE()).toBe(value);
    }),
  );
});

test('arbitrary bytes are read or refused with a reason, whatever their format', () => {
  const formats = Object.values(CONTENT_FORMAT);
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 400 }),
      fc.constantFrom(...formats),
      fc.constantFrom('/', '/5', '/5/0', '/5/0/3'),
      (bytes, format, base) => {
        const decoded = read(Buffer.from(bytes), format, base);
        expect('resources' in decoded || UNREADABLE.includes(decoded.unreadable)).toBe(true);
      },
    ),
    { numRuns: 2_000 },
  );
});

test('10,000 made up and damaged payloads do no harm', () => {
  const { outcomes } = fuzz(lwm2mFormats, { inputs: 10_000, seed: 13 });
  expect(Object.keys(outcomes)).toEqual(expect.arrayContaining(['read', 'read in part', 'truncated', 'syntax', 'outside', 'bad_name']));
});
