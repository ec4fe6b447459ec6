import { CONTENT_FORMAT } from '../../../../gateways/coap/lwm2m/formats/content-format';
import { decode } from '../../../../gateways/coap/lwm2m/formats/decode';
import { parsePath } from '../../../../gateways/coap/lwm2m/formats/path';
import type { DeviceResource } from '../../../support/devices/lwm2m/formats/device-resource';
import { writeSenmlCbor } from '../../../support/devices/lwm2m/formats/write-cbor';
import { writeLwm2mJson, writeSenmlJson } from '../../../support/devices/lwm2m/formats/write-json';
import { writeLinks } from '../../../support/devices/lwm2m/formats/write-links';
import { writeTlv } from '../../../support/devices/lwm2m/formats/write-tlv';

const hex = (text: string): Buffer => Buffer.from(text.replace(/\s/g, ''), 'hex');

const state: DeviceResource = { path: '/5/0/3', type: 'integer', value: 2 };
const result: DeviceResource = { path: '/5/0/5', type: 'integer', value: 0 };

/** Object 3 of the example in LwM2M 1.0 §6.4.3.1 and §6.4.4, LwM2M Core 1.1 §7.4.4. */
const device: DeviceResource[] = [
  { path: '/3/0/0', type: 'string', value: 'Open Mobile Alliance' },
  { path: '/3/0/1', type: 'string', value: 'Lightweight M2M Client' },
  { path: '/3/0/2', type: 'string', value: '345000123' },
  { path: '/3/0/3', type: 'string', value: '1.0' },
  { path: '/3/0/6/0', type: 'integer', value: 1 },
  { path: '/3/0/6/1', type: 'integer', value: 5 },
  { path: '/3/0/7/0', type: 'integer', value: 3_800 },
  { path: '/3/0/7/1', type: 'integer', value: 5_000 },
  { path: '/3/0/8/0', type: 'integer', value: 125 },
  { path: '/3/0/8/1', type: 'integer', value: 900 },
  { path: '/3/0/9', type: 'integer', value: 100 },
  { path: '/3/0/10', type: 'integer', value: 15 },
  { path: '/3/0/11/0', type: 'integer', value: 0 },
  { path: '/3/0/13', type: 'time', value: 1_367_491_215 },
  { path: '/3/0/14', type: 'string', value: '+02:00' },
  { path: '/3/0/16', type: 'string', value: 'U' },
];
const deviceTlv = hex(`
  C8 00 14 4F70656E204D6F62696C6520416C6C69616E6365
  C8 01 16 4C69676874776569676874204D324D20436C69656E74
  C8 02 09 333435303030313233  C3 03 312E30
  86 06 41 00 01 41 01 05  88 07 08 42 00 0ED8 42 01 1388  87 08 41 00 7D 42 01 0384
  C1 09 64  C1 0A 0F  83 0B 41 00 00  C4 0D 5182428F  C6 0E 2B30323A3030  C1 10 55`);
const deviceJson =
  '[{"bn":"/3/0/","n":"0","vs":"Open Mobile Alliance"},{"n":"1","vs":"Lightweight M2M Client"},{"n":"2","vs":"345000123"},' +
  '{"n":"3","vs":"1.0"},{"n":"6/0","v":1},{"n":"6/1","v":5},{"n":"7/0","v":3800},{"n":"7/1","v":5000},{"n":"8/0","v":125},' +
  '{"n":"8/1","v":900},{"n":"9","v":100},{"n":"10","v":15},{"n":"11/0","v":0},{"n":"13","v":1367491215},{"n":"14","vs":"+02:00"},{"n":"16","vs":"U"}]';

test.each<[string, number, string, DeviceResource[], Buffer, (resources: readonly DeviceResource[], base: string) => Buffer]>([
  ['State 2 as a TLV', CONTENT_FORMAT.tlv, '/5/0/3', [state], hex('C1 03 02'), writeTlv],
  ['State 2 and Result 0 as TLV', CONTENT_FORMAT.tlv, '/5/0', [state, result], hex('C1 03 02 C1 05 00'), writeTlv],
  [
    'State 2 and Result 0 as SenML-JSON',
    CONTENT_FORMAT.senmlJson,
    '/5/0',
    [state, result],
    Buffer.from('[{"bn":"/5/0/","n":"3","v":2},{"n":"5","v":0}]'),
    writeSenmlJson,
  ],
  [
    'State 2 and Result 0 as SenML-CBOR',
    CONTENT_FORMAT.senmlCbor,
    '/5/0',
    [state, result],
    hex('82 A3 21 65 2F352F302F 00 61 33 02 02 A2 00 61 35 02 00'),
    writeSenmlCbor,
  ],
  ['State 2 as JSON of 1.0', CONTENT_FORMAT.json, '/5/0/3', [state], Buffer.from('{"bn":"/5/0/3","e":[{"v":2}]}'), writeLwm2mJson],
  ['object 3 of the document as TLV', CONTENT_FORMAT.tlv, '/3/0', device, deviceTlv, writeTlv],
  ['object 3 of the document as SenML-JSON', CONTENT_FORMAT.senmlJson, '/3/0', device, Buffer.from(deviceJson), writeSenmlJson],
])('%s, byte for byte, both ways', (_name, format, base, resources, bytes, write) => {
  expect(write(resources, base).toString('hex')).toBe(bytes.toString('hex'));
  expect(decode(bytes, format, parsePath(base) as number[])).toEqual({
    resources: resources.map(({ path, value }) => ({ path, value })),
    mistyped: [],
  });
});

test('links of a registration, byte for byte', () => {
  expect(writeLinks(['/1/0', '/3/0', '/5/0'], { contentFormats: [110] }).toString()).toBe('</>;rt="oma.lwm2m";ct=110,</1/0>,</3/0>,</5/0>');
});
