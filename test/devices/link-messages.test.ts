import { sdkTarget } from '../support/devices/download/resuming-download';
import { getPayload, informPayload, progressPayload } from '../support/devices/link/link-messages';
import { memberOrderProblem, readOffer } from '../support/devices/link/upgrade-offer';

const SHA = 'ab'.repeat(32);
const data = { size: 12, version: '2.0.0', url: 'http://fw.example/f/x', sign: SHA, signMethod: 'SHA256' };
const upgrade = (changes: object = {}) => JSON.stringify({ code: '1000', data: { ...data, ...changes }, id: 7, message: 'success' });
const droppedFor = (changes: object) => {
  const read = readOffer(upgrade(changes), 'upgrade');
  return typeof read === 'object' && 'dropped' in read ? read.dropped : null;
};

test('device-protocols §1.3: what a device sends is byte for byte what the documents print', () => {
  expect(informPayload('123', '1.0.1', 'MCU')).toBe('{"id":"123","params":{"version":"1.0.1","module":"MCU"}}');
  expect(informPayload(1, '1.0.1')).toBe('{"id":1,"params":{"version":"1.0.1"}}');
  expect(progressPayload('124', 35, 'MCU')).toBe('{"id":"124","params":{"step":"35","desc":"","module":"MCU"}}');
  expect(progressPayload(2, -4)).toBe('{"id":2,"params":{"step":"-4","desc":""}}');
  expect(getPayload(3)).toBe('{"id":3,"params":{}}');
  expect(getPayload('123', 'MCU')).toBe('{"id":"123","params":{"module":"MCU"}}');
});

test('device-protocols §1.3: a well-formed upgrade is an offer', () => {
  expect(readOffer(upgrade(), 'upgrade')).toEqual({
    offer: {
      id: 7,
      version: '2.0.0',
      module: 'default',
      digest: 'sha256',
      differential: false,
      files: [{ name: null, url: data.url, size: 12, sign: SHA, digestSign: null }],
      extData: {},
    },
  });
  expect(readOffer('{"id":"1","code":200,"data":{}}', 'get_reply')).toBe('no task');
});

test.each([
  [{ signMethod: 'MD5' }, 'signMethod "MD5"'],
  [{ signMethod: 'Md5' }, 'sign is not 32 hex digits'],
  [{ size: '12' }, 'size "12"'],
  [{ dProtocol: 'https' }, 'dProtocol without streamId'],
  [{ files: [{}] }, 'files with fewer than two entries'],
  [{ version: 2 }, 'no version'],
])('device-protocols §1.3: SDK 4 drops %j', (changes, reason) => {
  expect(droppedFor(changes)).toBe(reason);
});

test('device-protocols §1.3: the code is a string on upgrade and a number on get_reply', () => {
  const reply = (code: unknown) => JSON.stringify({ id: '1', code, data });
  expect(readOffer(reply('200'), 'get_reply')).toEqual({ dropped: 'code "200"' });
  expect(readOffer(reply(200), 'get_reply')).toHaveProperty('offer.version', '2.0.0');
  expect(readOffer(upgrade().replace('"1000"', '1000'), 'upgrade')).toEqual({ dropped: 'code 1000' });
});

test('device-protocols §0.1: members in another order than the documents’ are noticed', () => {
  expect(memberOrderProblem(upgrade())).toBeNull();
  expect(memberOrderProblem(JSON.stringify({ id: '1', code: 200, data: {} }))).toBeNull();
  expect(memberOrderProblem(JSON.stringify({ id: 7, code: '1000', data, message: 'success' }))).toMatch(/message members/);
  expect(memberOrderProblem(JSON.stringify({ code: '1000', data: { version: '2', size: 1 }, id: 7 }))).toMatch(/data members/);
});

test('device-protocols §1.6: a URL is cut as the SDK cuts it', () => {
  expect(sdkTarget('https://fw.example/f/x?t=1#end')).toEqual({ secure: true, host: 'fw.example', port: 443, path: '/f/x?t=1' });
  expect(sdkTarget('http://fw.example/f', 8080)).toMatchObject({ port: 8080 });
  expect(() => sdkTarget('http://fw.example:8080/f', 8080)).toThrow('cannot resolve host name fw.example:8080');
  expect(() => sdkTarget('http://fw.example')).toThrow('no scheme, host or path');
});
