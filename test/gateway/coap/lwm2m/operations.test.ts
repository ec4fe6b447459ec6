import type { CoapRequest } from '../../../../gateways/coap/front/requests';
import { CONTENT_FORMAT } from '../../../../gateways/coap/lwm2m/formats/content-format';
import { parsePath } from '../../../../gateways/coap/lwm2m/formats/path';
import { acceptable, chooseAccept, nextAccept } from '../../../../gateways/coap/lwm2m/requests/negotiation';
import { observeToken } from '../../../../gateways/coap/lwm2m/requests/observe-token';
import {
  executeRequest,
  readRequest,
  textBody,
  writeAttributesRequest,
  writeRequest,
} from '../../../../gateways/coap/lwm2m/requests/operations';
import { writeMessage } from '../../../../gateways/coap/message/write';

const { text, tlv, senmlCbor, senmlJson } = CONTENT_FORMAT;
const to = (path: string, root = '') => ({ root, path });
const wire = ({ code, options = [], payload = Buffer.alloc(0) }: CoapRequest, messageId: number): string =>
  writeMessage({ type: 'CON', code, messageId, token: Buffer.from([0xab]), options, payload }).toString('hex');
const hex = (bytes: string): string => bytes.replace(/\s/g, '').toLowerCase();

test.each<[string, CoapRequest, number, string]>([
  ['Execute', executeRequest(to('/5/0/2')), 0x0102, '41 02 01 02 AB B1 35 01 30 01 32'],
  [
    'Write of an address as text',
    writeRequest(to('/5/0/1'), textBody('coap://fw.example:5683/f/7Qk2')),
    0x0103,
    '41 03 01 03 AB B1 35 01 30 01 31 10 FF 636F61703A2F2F66772E6578616D706C653A353638332F662F37516B32',
  ],
  ['Write of nothing', writeRequest(to('/5/0/1'), textBody('')), 0x0104, '41 03 01 04 AB B1 35 01 30 01 31 10'],
  ['Read of an object', readRequest(to('/5/0'), { accept: senmlCbor }), 0x0105, '41 01 01 05 AB B1 35 01 30 61 70'],
  ['Read without Accept', readRequest(to('/3/0/3'), { accept: null }), 0x0106, '41 01 01 06 AB B1 33 01 30 01 33'],
  ['Observe', readRequest(to('/5/0/3'), { accept: text, observe: 0 }), 0x0107, '41 01 01 07 AB 60 51 35 01 30 01 33 60'],
  ['the end of Observe', readRequest(to('/5/0/3'), { accept: text, observe: 1 }), 0x0108, '41 01 01 08 AB 61 01 51 35 01 30 01 33 60'],
  [
    'Read of a further block',
    readRequest(to('/5/0'), { accept: tlv, block: { num: 1, szx: 2 } }),
    0x0109,
    '41 01 01 09 AB B1 35 01 30 62 2D16 61 12',
  ],
  [
    'Write-Attributes',
    writeAttributesRequest(to('/5/0/3'), { pmin: 0, pmax: 300 }),
    0x010a,
    '41 03 01 0A AB B1 35 01 30 01 33 46 706D696E3D30 08 706D61783D333030',
  ],
  ['a request below another root', executeRequest(to('/5/0/2', '/lwm2m')), 0x010b, '41 02 01 0B AB B5 6C776D326D 01 35 01 30 01 32'],
])('%s, byte for byte', (_name, request, messageId, expected) => {
  expect(wire(request, messageId)).toBe(hex(expected));
});

test('a body that would need blocks is not written', () => {
  expect(() => writeRequest(to('/5/0/1'), textBody('x'.repeat(1_025)))).toThrow(RangeError);
});

test.each<[string, string, (number | null)[]]>([
  ['1.0', '/5/0', [tlv]],
  ['1.0', '/5/0/3', [null]],
  ['1.0', '/5/0/8', [tlv]],
  ['1.1', '/5/0', [senmlCbor, senmlJson, tlv]],
  ['1.2', '/5', [senmlCbor, senmlJson, tlv]],
  ['1.1', '/5/0/3', [text, null]],
  ['1.1', '/5/0/8', [senmlCbor, senmlJson, tlv]],
  ['1.1', '/5/0/8/0', [text, null]],
])('a client of %s is asked for %s in these formats, one after the other', (version, path, expected) => {
  const at = parsePath(path) as number[];
  expect(acceptable(version, at)).toEqual(expected);
  const walked: (number | null | undefined)[] = [];
  const refused = new Set<number>();
  let accept: number | null | undefined = chooseAccept(version, at, refused);
  while (accept !== undefined) {
    walked.push(accept);
    if (accept === null) break;
    refused.add(accept);
    accept = nextAccept(version, at, accept, refused);
  }
  expect(walked).toEqual(expected);
});

test('what was refused is not asked for again, save when nothing else is left', () => {
  const at = [5, 0];
  expect(chooseAccept('1.1', at, new Set([senmlCbor]))).toBe(senmlJson);
  expect(chooseAccept('1.1', at, new Set([senmlCbor, senmlJson]))).toBe(tlv);
  expect(chooseAccept('1.1', at, new Set([senmlCbor, senmlJson, tlv]))).toBe(tlv);
  expect(nextAccept('1.1', at, senmlCbor, new Set([senmlCbor, senmlJson]))).toBe(tlv);
});

test('the token of an observation is its own, of 8 bytes, and the same wherever it is computed', () => {
  const secret = Buffer.alloc(32, 1);
  const token = observeToken(secret, 'r1', '/5/0/3');
  expect(token).toHaveLength(8);
  expect(token.toString('hex')).toBe(observeToken(Buffer.alloc(32, 1), 'r1', '/5/0/3').toString('hex'));
  const others = [
    observeToken(secret, 'r1', '/5/0/5'),
    observeToken(secret, 'r2', '/5/0/3'),
    observeToken(Buffer.alloc(32, 2), 'r1', '/5/0/3'),
  ];
  expect(new Set([token, ...others].map((each) => each.toString('hex'))).size).toBe(4);
});
