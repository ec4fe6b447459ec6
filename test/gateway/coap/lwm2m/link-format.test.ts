import { readLinks } from '../../../../gateways/coap/lwm2m/formats/link-format';
import { readRegistrationLinks } from '../../../../gateways/coap/lwm2m/formats/registration-links';
import { writeLinks } from '../../../support/devices/lwm2m/formats/write-links';

const read = (text: string) => readRegistrationLinks(Buffer.from(text));
const object = (id: number, instances: number[] = [0], version: string | null = null) => ({ id, version, instances });

test.each([
  [
    'the usual form',
    '</>;rt="oma.lwm2m";ct=110,</1/0>,</3/0>,</5/0>',
    { root: '', contentFormats: [110], objects: [object(1), object(3), object(5)] },
  ],
  [
    'versions with quotes and without',
    '</1>;ver=1.1,</1/0>,</5>;ver="1.1",</5/0>',
    { root: '', contentFormats: [], objects: [object(1, [0], '1.1'), object(5, [0], '1.1')] },
  ],
  ['a version at the instance', '</5/0>;ver=1.1', { root: '', contentFormats: [], objects: [object(5, [0], '1.1')] }],
  [
    'another root',
    '</lwm2m>;rt="oma.lwm2m";ct="110 112",</lwm2m/1/0>,</lwm2m/5/0>,</5/1>',
    { root: '/lwm2m', contentFormats: [110, 112], objects: [object(1), object(5)] },
  ],
  ['a root with a slash behind', '</a/b/>;rt=oma.lwm2m,</a/b/3/0>', { root: '/a/b', contentFormats: [], objects: [object(3)] }],
  [
    'line breaks, blanks, unknown attributes',
    '</> ; rt = "oma.lwm2m" ;obs;if="a,b;c>",\r\n</3/0>\n,\n</5/0>;x=<;pmin="1\\"2",\r\n',
    { root: '', contentFormats: [], objects: [object(3), object(5)] },
  ],
  ['no root link', '</3/0>,</5/0>', { root: '', contentFormats: [], objects: [object(3), object(5)] }],
  ['instances in any order, twice', '</5/1>,</5/0>,</5/1>,</5>', { root: '', contentFormats: [], objects: [object(5, [0, 1])] }],
  [
    'links about something else',
    '</sensors/temp>;if=sensor,<coap://a.example/3/0>,</3/0/3>,</3/0>',
    { root: '', contentFormats: [], objects: [object(3)] },
  ],
  ['no slash in front, one behind', '<3/0>,</5/0/>', { root: '', contentFormats: [], objects: [object(3), object(5)] }],
  ['nothing', '', { root: '', contentFormats: [], objects: [] }],
  ['a comma too many', ',</3/0>,,</5/0>,', { root: '', contentFormats: [], objects: [object(3), object(5)] }],
  ['a version that is none', '</5/0>;ver=latest', { root: '', contentFormats: [], objects: [object(5)] }],
])('a registration with %s', (_name, body, expected) => {
  expect(read(body)).toEqual(expected);
});

test('what a device writes is read', () => {
  expect(readRegistrationLinks(writeLinks(['/1/0', '/5/0'], { root: '/lwm2m', contentFormats: [110, 112] }))).toEqual({
    root: '/lwm2m',
    contentFormats: [110, 112],
    objects: [object(1), object(5)],
  });
});

test.each([
  ['10,000 links', '</1/0>,'.repeat(9_000), 'too_many'],
  ['100 KB', 'x'.repeat(100_000), 'too_long'],
  ['a thousand attributes', `</1/0>${';a=b'.repeat(1_000)}`, 'too_many'],
  ['a target without an end', '</3/0>,</5/0', 'truncated'],
  ['a quote without an end', '</3/0>;a="x', 'truncated'],
  ['a quote of 60 KB without an end', `</3/0>;a="${'\\x'.repeat(30_000)}`, 'truncated'],
  ['text between links', '</3/0>x,</5/0>', 'syntax'],
  ['no links', 'hello', 'syntax'],
  ['bytes that are no text', '\xff\xfe', 'syntax'],
])('a registration with %s is refused with a reason', (_name, body, unreadable) => {
  expect(read(body)).toEqual({ unreadable });
});

test('a quoted value of 60 KB is read', () => {
  expect(readLinks(Buffer.from(`</>;a="${'\\"x'.repeat(20_000)}"`))).toEqual({
    links: [{ target: '/', attributes: [['a', '"x'.repeat(20_000)]] }],
  });
});
