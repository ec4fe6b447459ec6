import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { readLenientJson } from '../../gateways/lenient-json';
import { blockReply, errorReply } from '../../gateways/mqtt/link/block-reply';
import { crc16 } from '../../gateways/mqtt/link/crc16';
import { fileDownloadMessage } from '../../gateways/mqtt/link/file-download-message';
import { crc, readBlockFrame } from '../support/devices/download/block-frame';

const parsed = (text: string) => {
  const json = readLenientJson(Buffer.from(text));
  return json.ok ? fileDownloadMessage(json.value) : json;
};
const asked = (params: string) => parsed(`{"id":"1","params":${params}}`);

test('R-DL-3 the CRC has its check value, and is the one devices compute', () => {
  expect(crc16(Buffer.from('123456789'))).toBe(0xbb3d);
  expect(crc16(Buffer.alloc(0))).toBe(0);
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => crc16(bytes) === crc(Buffer.from(bytes))));
});

test('R-DL-3 the bytes of a block reply are those of the protocol document', () => {
  const frame = blockReply('7', 'default', 12, 0, Buffer.from('UPDRAFT!'));
  expect(frame).toHaveLength(102);
  expect(frame.subarray(0, 2).toString('hex')).toBe('005a');
  expect(frame.toString('utf8', 2, 92)).toBe('{"id":"7","code":200,"data":{"fileToken":"default","fileLength":12,"bSize":8,"bOffset":0}}');
  expect(frame.subarray(-2).toString('hex')).toBe('28bf');
  expect(createHash('sha256').update(frame).digest('hex')).toBe('ccc76a4a2fec07936239fd3b3b3302ad2b6c2078b70320cee77fd6ef9199829f');
});

test('R-DL-3 the bytes of an error reply: no file bytes, a CRC of zero', () => {
  const frame = errorReply(3, 404, 'no');
  expect(frame.toString('latin1')).toBe('\0\x20{"id":3,"code":404,"msg":"no"}\0\0'.replace('\x20', String.fromCharCode(30)));
  expect(readBlockFrame(frame)).toEqual({ kind: 'refused', code: 404, message: 'no' });
});

test('R-DL-3 the request of the SDK, which is no JSON, is read', () => {
  const text =
    '{"id":"1","version":"1.0","params":{"fileToken":"default","fileInfo":{"streamId":12332,"fileId":1,},"fileBlock":{"size":5120,"offset":0}}}';
  expect(parsed(text)).toEqual({ id: '1', fileToken: 'default', request: { streamId: 12_332, fileId: 1, offset: 0, size: 5_120 } });
});

test.each([
  [
    'numbers as strings',
    '{"fileInfo":{"streamId":"9","fileId":"1"},"fileBlock":{"size":"256","offset":"512"}}',
    { streamId: 9, fileId: 1, offset: 512, size: 256 },
  ],
  [
    'a block that is too large',
    '{"fileInfo":{"streamId":9,"fileId":1},"fileBlock":{"size":1000000,"offset":0}}',
    { streamId: 9, fileId: 1, offset: 0, size: 65_536 },
  ],
])('R-DL-3 a request with %s is read', (_name, params, request) => {
  expect(asked(params)).toEqual({ id: '1', fileToken: undefined, request });
});

test.each([
  ['no stream', '{"fileInfo":{"fileId":1},"fileBlock":{"size":1,"offset":0}}'],
  ['no file', '{"fileInfo":{"streamId":1},"fileBlock":{"size":1,"offset":0}}'],
  ['no block', '{"fileInfo":{"streamId":1,"fileId":1}}'],
  ['a size of 0', '{"fileInfo":{"streamId":1,"fileId":1},"fileBlock":{"size":0,"offset":0}}'],
  ['a negative offset', '{"fileInfo":{"streamId":1,"fileId":1},"fileBlock":{"size":1,"offset":-1}}'],
  ['half a byte', '{"fileInfo":{"streamId":1,"fileId":1},"fileBlock":{"size":1.5,"offset":0}}'],
  ['lists for numbers', '{"fileInfo":{"streamId":[1],"fileId":1},"fileBlock":{"size":1,"offset":0}}'],
  ['no parameters', 'null'],
])('R-DL-3 a request with %s can be answered, with what is wrong', (_name, params) => {
  expect(asked(params)).toMatchObject({ id: '1', request: { wrong: expect.any(String) } });
});

test('R-DL-3 a request whose id cannot be echoed is no request', () => {
  expect(parsed('{"id":{},"params":{}}')).toBeNull();
  expect(parsed('[]')).toBeNull();
});
