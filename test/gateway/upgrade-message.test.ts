import { getReplyMessage, upgradeMessage } from '../../gateways/mqtt/link/upgrade-message';
import { notification } from './support';

const MD5 = 'a'.repeat(32);
const SHA256 = 'b'.repeat(64);
const files = [
  { name: 'a.bin', size: 432_944, md5: MD5.toUpperCase(), sha256: SHA256.toUpperCase(), url: 'https://fw.example/f/1' },
  { name: 'b{}.bin', size: 432_945, md5: MD5, sha256: SHA256, url: 'https://fw.example/f/2' },
];
const first = files.slice(0, 1);

const tags = [
  { key: 'site.name', value: 'Nord "1"' },
  { key: 'wave', value: '7' },
];
const extData = String.raw`{"site.name":"Nord \"1\"","wave":"7"}`;

test.each([
  [
    'one file, SHA-256, default module',
    notification({ files: first }),
    `{"code":"1000","data":{"size":432944,"version":"2.0.0","url":"https://fw.example/f/1","sign":"${SHA256}","signMethod":"SHA256","extData":{}},"id":1626969597470,"message":"success"}`,
  ],
  [
    'one file, MD5, a module',
    notification({ files: first, digestAlgorithm: 'MD5', module: 'MCU' }),
    `{"code":"1000","data":{"size":432944,"version":"2.0.0","url":"https://fw.example/f/1","md5":"${MD5}","sign":"${MD5}","signMethod":"Md5","module":"MCU","extData":{}},"id":1626969597470,"message":"success"}`,
  ],
  [
    'two files, MD5, a module',
    notification({ files, digestAlgorithm: 'MD5', module: 'MCU' }),
    `{"code":"1000","data":{"version":"2.0.0","signMethod":"Md5","files":[{"fileSize":432944,"fileName":"a.bin","fileUrl":"https://fw.example/f/1","fileMd5":"${MD5}","fileSign":"${MD5}"},{"fileSize":432945,"fileName":"b__.bin","fileUrl":"https://fw.example/f/2","fileMd5":"${MD5}","fileSign":"${MD5}"}],"module":"MCU","extData":{}},"id":1626969597470,"message":"success"}`,
  ],
  [
    'two files, SHA-256',
    notification({ files }),
    `{"code":"1000","data":{"version":"2.0.0","signMethod":"SHA256","files":[{"fileSize":432944,"fileName":"a.bin","fileUrl":"https://fw.example/f/1","fileSign":"${SHA256}"},{"fileSize":432945,"fileName":"b__.bin","fileUrl":"https://fw.example/f/2","fileSign":"${SHA256}"}],"extData":{}},"id":1626969597470,"message":"success"}`,
  ],
  [
    'one file over MQTT, MD5',
    notification({ files: first, digestAlgorithm: 'MD5', stream: { streamId: 12_332, fileId: 1 } }),
    `{"code":"1000","data":{"size":432944,"streamId":12332,"sign":"${MD5}","dProtocol":"mqtt","version":"2.0.0","signMethod":"Md5","streamFileId":1,"md5":"${MD5}"},"id":1626969597470,"message":"success"}`,
  ],
  [
    'one file over MQTT, SHA-256, a module',
    notification({ files: first, module: 'MCU', stream: { streamId: 12_332, fileId: 1 } }),
    `{"code":"1000","data":{"size":432944,"streamId":12332,"sign":"${SHA256}","dProtocol":"mqtt","version":"2.0.0","signMethod":"SHA256","streamFileId":1,"module":"MCU"},"id":1626969597470,"message":"success"}`,
  ],
  [
    'one signed file of a differential package, MD5',
    notification({
      files: first.map((file) => ({ ...file, digestSign: 'c2lnbg==' })),
      digestAlgorithm: 'MD5',
      differential: true,
      module: 'MCU',
    }),
    `{"code":"1000","data":{"size":432944,"version":"2.0.0","isDiff":1,"url":"https://fw.example/f/1","md5":"${MD5}","digestsign":"c2lnbg==","sign":"${MD5}","signMethod":"Md5","module":"MCU","extData":{}},"id":1626969597470,"message":"success"}`,
  ],
  [
    'two signed files of a differential package, SHA-256',
    notification({ files: files.map((file) => ({ ...file, digestSign: 'c2lnbg==' })), differential: true }),
    `{"code":"1000","data":{"version":"2.0.0","isDiff":1,"signMethod":"SHA256","files":[{"fileSize":432944,"fileName":"a.bin","fileUrl":"https://fw.example/f/1","fileSign":"${SHA256}","digestsign":"c2lnbg=="},{"fileSize":432945,"fileName":"b__.bin","fileUrl":"https://fw.example/f/2","fileSign":"${SHA256}","digestsign":"c2lnbg=="}],"extData":{}},"id":1626969597470,"message":"success"}`,
  ],
  [
    'tags, one file, SHA-256, a module',
    notification({ files: first, module: 'MCU', tags }),
    `{"code":"1000","data":{"size":432944,"version":"2.0.0","url":"https://fw.example/f/1","sign":"${SHA256}","signMethod":"SHA256","module":"MCU","extData":${extData}},"id":1626969597470,"message":"success"}`,
  ],
  [
    'tags, two files, SHA-256',
    notification({ files, tags }),
    `{"code":"1000","data":{"version":"2.0.0","signMethod":"SHA256","files":[{"fileSize":432944,"fileName":"a.bin","fileUrl":"https://fw.example/f/1","fileSign":"${SHA256}"},{"fileSize":432945,"fileName":"b__.bin","fileUrl":"https://fw.example/f/2","fileSign":"${SHA256}"}],"extData":${extData}},"id":1626969597470,"message":"success"}`,
  ],
  [
    'tags, one file over MQTT, SHA-256, a module',
    notification({ files: first, module: 'MCU', stream: { streamId: 12_332, fileId: 1 }, tags }),
    `{"code":"1000","data":{"size":432944,"streamId":12332,"sign":"${SHA256}","dProtocol":"mqtt","version":"2.0.0","signMethod":"SHA256","streamFileId":1,"module":"MCU","extData":${extData}},"id":1626969597470,"message":"success"}`,
  ],
])('R-FLOW-1 R-DL-3 R-PKG-8 R-BAT-17 the bytes of an upgrade message: %s', (_name, message, bytes) => {
  expect(upgradeMessage(message, 1626969597470)).toBe(bytes);
});

test('R-FLOW-1 the bytes of a get_reply: code is a number, the id has its own type, data may be empty', () => {
  const data = `{"size":432944,"version":"2.0.0","url":"https://fw.example/f/1","sign":"${SHA256}","signMethod":"SHA256","extData":{}}`;
  expect(getReplyMessage(notification({ files: first }), '123')).toBe(`{"id":"123","code":200,"data":${data}}`);
  expect(getReplyMessage(null, 123)).toBe('{"id":123,"code":200,"data":{}}');
});

test.each([0, 21])('R-FLOW-1 a notification of %i files is a mistake of ours', (count) => {
  expect(() => upgradeMessage(notification({ files: Array(count).fill(files[0]) }), 1)).toThrow('1 to 20 files');
});
