import { decode } from '../../../../gateways/coap/lwm2m/formats/decode';
import { parsePath } from '../../../../gateways/coap/lwm2m/formats/path';
import { readRegistrationLinks } from '../../../../gateways/coap/lwm2m/formats/registration-links';

/** What clients and servers of others have got wrong with payloads, by their public bug reports. */

const hex = (text: string): Buffer => Buffer.from(text.replace(/\s/g, ''), 'hex');
const read = (payload: Buffer | string, format: number, path: string) =>
  decode(typeof payload === 'string' ? Buffer.from(payload) : payload, format, parsePath(path) as number[]);
const values = (payload: Buffer | string, format: number, path: string) => {
  const decoded = read(payload, format, path);
  return 'unreadable' in decoded ? decoded : Object.fromEntries(decoded.resources.map((resource) => [resource.path, resource.value]));
};

test('a name that ends in a slash is its resource (eclipse-leshan/leshan#1651)', () => {
  const payload = '[{"bn":"/16/0/0/","n":"3/","vs":"HSW0"},{"n":"2/","vs":"HMOD0"}]';
  expect(values(payload, 110, '/16/0/0')).toEqual({ '/16/0/0/3': 'HSW0', '/16/0/0/2': 'HMOD0' });
});

test('data of SenML-CBOR are bytes, empty ones too (eclipse-leshan/leshan#984)', () => {
  const payload = hex('83 A3 21 63 2f302f 00 63 312f33 08 47 746573742d6a62 A2 00 63 312f34 08 40 A2 00 63 312f31 04 f5');
  expect(values(payload, 112, '/0')).toEqual({ '/0/1/3': Buffer.from('test-jb'), '/0/1/4': Buffer.alloc(0), '/0/1/1': true });
});

test('a second value of a resource with instances that has lost its name is refused (zephyrproject-rtos/zephyr#99088)', () => {
  const payload = '[{"bn":"/3/0/","n":"3","vs":"1.0"},{"n":"6/0","v":1},{"v":5},{"n":"9","v":95}]';
  expect(read(payload, 110, '/3')).toEqual({ unreadable: 'bad_name' });
});

test('six resources of object 5 as Zephyr writes them (zephyrproject-rtos/zephyr#99088)', () => {
  const payload = hex('86a321652f352f302f0061310360a20061330200a20061350200a20061360360a20061370360a20061390202');
  expect(values(payload, 112, '/5/0')).toEqual({ '/5/0/1': '', '/5/0/3': 0, '/5/0/5': 0, '/5/0/6': '', '/5/0/7': '', '/5/0/9': 2 });
});

test('an object link that is a number spoils no other resource (zephyrproject-rtos/zephyr#52527)', () => {
  const payload = hex('82 A3 21 65 2f332f302f 00 62 3232 02 1a 00420000 A2 00 61 33 03 63 312e30');
  expect(read(payload, 112, '/3/0')).toEqual({ resources: [{ path: '/3/0/3', value: '1.0' }], mistyped: ['/3/0/22'] });
});

test('a time of ten digits as text in a TLV spoils no other resource (jvermillard/leshan#50)', () => {
  const payload = Buffer.concat([hex('C8 0D 0A'), Buffer.from('1417511631'), hex('C1 09 64')]);
  expect(read(payload, 11542, '/3/0')).toEqual({ resources: [{ path: '/3/0/9', value: 100 }], mistyped: ['/3/0/13'] });
});

test('a time in 5 bytes is read (eclipse-wakaama/wakaama#26)', () => {
  expect(values(hex('C5 0D 00 547DA4A6'), 11542, '/3/0')).toEqual({ '/3/0/13': 0x547d_a4a6 });
});

test('values of 128 to 255 bytes are read whole (eclipse-wakaama/wakaama#18)', () => {
  for (const length of [127, 128, 200, 255, 256]) {
    const head = length < 256 ? Buffer.from([0xc8, 1, length]) : Buffer.from([0xd0, 1, 1, 0]);
    expect(values(Buffer.concat([head, Buffer.alloc(length, 'x')]), 11542, '/5/0')).toEqual({ '/5/0/1': 'x'.repeat(length) });
  }
});

test('the highest bit is a sign (eclipse-wakaama/wakaama#10, eclipse-leshan/leshan#23)', () => {
  expect(values(hex('C1 02 B0 C2 0B FFFE'), 11542, '/4/0')).toEqual({ '/4/0/2': -80, '/4/0/11': -2 });
});

test('an id cut off is a reason (eclipse-leshan/leshan#846)', () => {
  expect(read(hex('C1 03 02 E1 05'), 11542, '/5/0')).toEqual({ unreadable: 'truncated' });
});

test.each([
  ['{"bn":"/3/0","e":[{"n":"3","sv":"1.0.0"},{"n":"11/0","v":0}]}'],
  ['{"bn":"/3/0","e":[{"n":"/3","sv":"1.0.0"},{"n":"/11/0","v":0}]}'],
  ['{"bn":"/3/0/","e":[{"n":"/3","sv":"1.0.0"},{"n":"11/0","v":0}]}'],
])('a base that has no slash at its end (OpenMobileAlliance/OMA_LwM2M_for_Developers#380): %s', (payload) => {
  expect(values(payload, 11543, '/3/0')).toEqual({ '/3/0/3': '1.0.0', '/3/0/11/0': 0 });
});

test('an empty name is the base (eclipse-leshan/leshan#557)', () => {
  expect(values('{"bn":"/5/0/1","e":[{"n":"","sv":"http"}]}', 11543, '/5/0/1')).toEqual({ '/5/0/1': 'http' });
});

test('no base, so that names are whole (zephyrproject-rtos/zephyr#43415)', () => {
  expect(values('[{"n":"/3/0/3","vs":"1.0"}]', 110, '/3/0/3')).toEqual({ '/3/0/3': '1.0' });
});

test('names that begin with a slash behind a base without one (eclipse-leshan/leshan#1616)', () => {
  const payload = hex('82 A4 21 6a 2f31303236322f302f32 00 62 2f30 22 fb41d9935eb1000000 08 42 8319 A2 00 62 2f31 08 41 80');
  expect(values(payload, 112, '/10262')).toEqual({ '/10262/0/2/0': hex('8319'), '/10262/0/2/1': hex('80') });
});

test.each([
  [
    'formats between blanks without quotes (eclipse-leshan/leshan#1020)',
    '</>;ct=60 110 112 11542;rt="oma.lwm2m",</1>;ver=1.1,</1/0>',
    [60, 110, 112, 11542],
  ],
  ['formats in two attributes (eclipse-leshan/leshan#1229)', '</>;ct=110;ct=112;rt=oma.lwm2m,</1/0>,</2>', [110, 112]],
])('a registration with %s', (_name, body, contentFormats) => {
  expect(readRegistrationLinks(Buffer.from(body))).toMatchObject({ contentFormats });
});

test('commas and brackets in values of a registration (eclipse-leshan/leshan#1104)', () => {
  expect(readRegistrationLinks(Buffer.from('</3/0>;param=<,</4/0>;param=>,</5/0>;param=","'))).toMatchObject({
    objects: [{ id: 3 }, { id: 4 }, { id: 5 }],
  });
});
