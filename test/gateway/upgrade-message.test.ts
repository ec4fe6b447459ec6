import fc from 'fast-check';
import { getReplyMessage, upgradeMessage } from '../../gateways/mqtt/link/upgrade-message';
import { memberOrderProblem } from '../support/devices/link/upgrade-offer';
import { valueScannedFor } from './scanner-of-sdk';
import { notification } from './support';

const MD5 = 'a'.repeat(32);
const SHA256 = 'b'.repeat(64);
const ID = 1_626_969_597_470;
const files = [
  { name: 'a.bin', size: 432_944, md5: MD5.toUpperCase(), sha256: SHA256.toUpperCase(), url: 'https://fw.example/f/1' },
  { name: 'b{}[1]".bin', size: 432_945, md5: MD5, sha256: SHA256, url: 'https://fw.example/f/2' },
];
const tags = [
  { key: 'site.name', value: 'Nord "1"' },
  { key: 'wave', value: '{"a":{"b":[7]}}' },
];
const EXT_DATA = String.raw`"extData":{"site.name":"Nord \"1\"","wave":"{\"a\":{\"b\":[7]}}"}`;

const FORMS = ['one file over HTTPS', 'two files over HTTPS', 'one file over MQTT'] as const;
const BOTH = [false, true];
const combinations = FORMS.flatMap((form) =>
  BOTH.flatMap((byMd5) =>
    BOTH.flatMap((diff) =>
      BOTH.flatMap((module) => BOTH.flatMap((signed) => BOTH.map((tagged) => ({ form, byMd5, diff, module, signed, tagged })))),
    ),
  ),
);
type Combination = (typeof combinations)[number];

/** What contract 1.3 says, member by member. */
function bytesOf({ form, byMd5, diff, module, signed, tagged }: Combination): string {
  const sign = byMd5 ? MD5 : SHA256;
  const method = byMd5 ? 'Md5' : 'SHA256';
  const isDiff = diff ? '"isDiff":1,' : '';
  const ofModule = module ? '"module":"MCU",' : '';
  const digestsign = signed ? '"digestsign":"c2lnbg==",' : '';
  const extData = tagged ? EXT_DATA : '"extData":{}';
  const last = signed ? ',"digestsign":"c2lnbg=="' : '';
  const entry = (size: number, name: string, url: string) =>
    `{"fileSize":${size},"fileName":"${name}","fileUrl":"${url}","fileMd5":"${MD5}","fileSign":"${sign}"${last}}`;
  switch (form) {
    case 'one file over HTTPS':
      return `{"size":432944,"version":"2.0.0",${isDiff}"url":"https://fw.example/f/1","md5":"${MD5}",${digestsign}"sign":"${sign}","signMethod":"${method}",${ofModule}${extData}}`;
    case 'two files over HTTPS':
      return `{"version":"2.0.0",${isDiff}"signMethod":"${method}",${ofModule}${extData},"files":[${entry(432_944, 'a.bin', 'https://fw.example/f/1')},${entry(432_945, 'b___1__.bin', 'https://fw.example/f/2')}]}`;
    case 'one file over MQTT':
      return `{"size":432944,"streamId":12332,${ofModule}"sign":"${sign}","dProtocol":"mqtt","version":"2.0.0",${isDiff}"signMethod":"${method}","streamFileId":1,"md5":"${MD5}"${last}${tagged ? `,${EXT_DATA}` : ''}}`;
  }
}

function notificationOf({ form, byMd5, diff, module, signed, tagged }: Combination) {
  const ofForm = form === 'two files over HTTPS' ? files : files.slice(0, 1);
  return notification({
    files: ofForm.map((file) => ({ ...file, ...(signed && { digestSign: 'c2lnbg==' }) })),
    digestAlgorithm: byMd5 ? 'MD5' : 'SHA256',
    differential: diff,
    ...(module && { module: 'MCU' }),
    ...(tagged && { tags }),
    ...(form === 'one file over MQTT' && { stream: { streamId: 12_332, fileId: 1 } }),
  });
}

test.each(combinations)(
  'R-FLOW-1 R-DL-3 R-PKG-8 R-BAT-17 the bytes of an upgrade message: $form, MD5 $byMd5, diff $diff, module $module, signed $signed, tags $tagged',
  (combination) => {
    const data = bytesOf(combination);
    const message = upgradeMessage(notificationOf(combination), ID);
    expect(message).toBe(`{"code":"1000","data":${data},"id":${ID},"message":"success"}`);
    expect(getReplyMessage(notificationOf(combination), '123')).toBe(`{"id":"123","code":200,"data":${data}}`);
    expect(memberOrderProblem(message)).toBeNull();
  },
);

test('R-FLOW-1 a get_reply: the id has its own type, and data is empty where there is nothing to do', () => {
  expect(getReplyMessage(null, 123)).toBe('{"id":123,"code":200,"data":{}}');
});

test.each([0, 21])('R-FLOW-1 a notification of %i files is a mistake of ours', (count) => {
  expect(() => upgradeMessage(notification({ files: Array(count).fill(files[0]) }), 1)).toThrow('1 to 20 files');
});

const MEMBERS = 'code data id message size version isDiff url md5 digestsign sign signMethod module extData streamId dProtocol files'.split(
  ' ',
);
const written = fc.oneof(fc.constantFrom(...MEMBERS, '{', '}', '}}', '[', ']', '{]', '"', '\\'), fc.string({ maxLength: 12 }));
const tag = fc.record({ key: fc.oneof(fc.constantFrom(...MEMBERS), fc.stringMatching(/^[A-Za-z][A-Za-z0-9.]{0,8}$/)), value: written });

test('R-FLOW-1 R-BAT-17 whatever people write is unchanged in JSON, and a device that scans for names and counts brackets finds every member', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...combinations),
      fc.uniqueArray(tag, { selector: ({ key }) => key, maxLength: 10 }),
      fc.option(written, { nil: undefined }),
      fc.constantFrom('2.0.0', 'md5', 'sign'),
      (combination, ofBatch, customInfo, version) => {
        const worded = { ...notificationOf(combination), tags: ofBatch, version, ...(customInfo !== undefined && { customInfo }) };
        const message = upgradeMessage(worded, ID);
        const { code, data, id } = JSON.parse(message);
        expect({ code, id, version: data.version }).toEqual({ code: '1000', id: ID, version });
        expect(data.extData ?? {}).toEqual({
          ...Object.fromEntries(ofBatch.map(({ key, value }) => [key, value])),
          ...(customInfo !== undefined && { _package_udi: customInfo }),
        });
        const scanned = valueScannedFor('data', message) ?? '';
        expect(JSON.parse(scanned)).toEqual(data);
        expect(valueScannedFor('id', message)).toBe(String(ID));
        const ofFiles = data.files === undefined ? [] : ['digestsign'];
        for (const name of MEMBERS.filter((each) => !['code', 'data', 'id', 'message', 'extData', ...ofFiles].includes(each))) {
          const value = valueScannedFor(name, scanned);
          if (data[name] === undefined) expect(value).toBeUndefined();
          else if (typeof data[name] === 'object') expect(JSON.parse(value ?? '')).toEqual(data[name]);
          else if (!MEMBERS.includes(String(data[name]))) expect(value).toBe(String(data[name]));
        }
      },
    ),
    { numRuns: 200 },
  );
});
