import { Readable } from 'node:stream';
import fc from 'fast-check';
import { columnsOf, deviceOfRow } from '../../../core/device-files/columns';
import { rowsOf } from '../../../core/device-files/rows-of';
import { layoutOf } from '../../../core/device-files/separator';
import { strangeHead } from '../../../core/device-files/strange-head';

test.each([
  ['deviceName,secret,province', ',', false],
  ['deviceName;secret;province', ';', false],
  ['deviceName\tsecret\tprovince', '\t', false],
  ['\ufeffDeviceName;DeviceSecret;ProductKey', ';', false],
  ['"a;b";"c,d,e"', ';', false],
  ['deviceName', ',', false],
  ['', ',', false],
  ['sep=;', ';', true],
  ['\ufeffsep=\t', '\t', true],
  ['"sep=|"', '|', true],
  ['SEP=,\r\n', ',', true],
  ['sep=x', ',', false],
])('R-DEV-6 R-BAT-3 how %j separates its cells', (row, separator, told) => {
  expect(layoutOf(row)).toEqual({ separator, told });
});

const isHead = (cells: readonly string[]): boolean => cells.includes('deviceName');
async function read(text: string, pieces: number[] = []): Promise<string[][]> {
  const bytes = Buffer.from(text);
  const cuts = [...pieces.map((at) => at % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  const parts = cuts.map((to, index) => bytes.subarray(cuts[index - 1] ?? 0, to)).filter(({ length }) => length > 0);
  const rows: string[][] = [];
  for await (const chunk of rowsOf(Readable.from(parts, { objectMode: false }), 5_000, isHead))
    rows.push(...chunk.map(({ cells }) => cells));
  return rows;
}

test('R-DEV-6 the rows of a file are the same, whichever separator it has, and in whatever pieces it comes', async () => {
  const plain = [
    ['deviceName', 'secret', 'tag.a'],
    ['dev-1', 'a "quoted" one', 'x'],
    ['dev-2', '', ''],
  ];
  const cell = (text: string): string => (text.includes('"') ? `"${text.replaceAll('"', '""')}"` : text);
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(',', ';', '\t'),
      fc.constantFrom('\n', '\r\n'),
      fc.constantFrom('', '\ufeff'),
      fc.boolean(),
      fc.array(fc.nat(), { maxLength: 6 }),
      async (separator, lineEnd, mark, told, cuts) => {
        const lines = [...(told ? [`sep=${separator}`] : []), '', ...plain.map((row) => row.map(cell).join(separator))];
        expect(await read(mark + lines.join(lineEnd), cuts)).toEqual(plain);
      },
    ),
    { numRuns: 300 },
  );
});

test('R-DEV-6 many rows come in chunks, behind the look at the first', async () => {
  const names = Array.from({ length: 2_500 }, (_, index) => `dev-${index}`);
  expect(await read(['sep=;', 'deviceName;secret', ...names.map((name) => `${name};`)].join('\n'))).toHaveLength(2_501);
});

test.each(['deviceName', 'deviceName\n', '\ufeffdeviceName;secret\r\n\r\n', 'sep=;\ndeviceName;secret'])(
  'R-DEV-6 R-BAT-3 a head alone is told as that: %j',
  async (text) => {
    await expect(read(text)).rejects.toMatchObject({
      code: 'REQUIRED',
      message: expect.stringContaining('names its columns, and no device'),
    });
  },
);

const rows = (...lines: string[]): string[][] => lines.map((line) => line.split(','));
test.each([
  [rows('IMEI', '861234567890123', '861234567890124'), 'IMEI'],
  [rows('hdr', 'dev-1', 'dev-2'), 'hdr'],
  [rows('Device', 'alpha', 'beta'), 'Device'],
  [rows('Serial Number', 'alpha'), 'Serial Number'],
  [rows('IMEI,secret', 'dev-1,0123456789abcdef'), 'IMEI'],
  [rows('dev-1,0123456789abcdef', 'dev-2,0123456789abcdef'), 'dev-1'],
  [rows('meters', 'meter-1', 'meter-2'), 'meters'],
])('R-DEV-6 no device is made of a head that is not understood: %j', (file, title) => {
  expect(strangeHead(file[0] ?? [], file.slice(1))).toBe(title);
  expect(() => columnsOf(file)).toThrow(
    expect.objectContaining({ code: 'IMPORT_COLUMNS', message: expect.stringContaining(`"${title}"`) }),
  );
});

test.each([rows('meter-1', 'meter-2'), rows('pump', 'fan', 'valve'), rows('north', 'dev-1', 'south', 'east'), rows('alpha')])(
  'R-DEV-6 names alone need no head: %j',
  (...file) => {
    expect(columnsOf(file).named).toBe(false);
  },
);

test('R-DEV-6 columns are taken as the vendors’ exports name them, in any case', () => {
  for (const head of [
    'DeviceName,DeviceSecret,ProductKey',
    'devicename,devicesecret,productkey',
    'Device Name,DEVICE_SECRET,product-key',
  ]) {
    const columns = columnsOf(rows(head));
    expect(deviceOfRow(columns, ['dev-1', '0123456789abcdef', 'meter'])).toEqual({
      ...{ deviceName: 'dev-1', secret: '0123456789abcdef', productKey: 'meter' },
    });
  }
  expect(() => columnsOf(rows('deviceName,Colour'))).toThrow('"Colour" of the first row is not one that is taken');
  expect(deviceOfRow(columnsOf(rows('deviceName,certificateFingerprints')), ['dev-1', 'aa,bb'])).toMatchObject({
    certificateFingerprints: ['aa', 'bb'],
  });
});

test.each([
  ['parent,gateway', '"gateway" of the first row names the same as "parent": keep one of the two.'],
  ['gateway,parent', '"parent" of the first row names the same as "gateway": keep one of the two.'],
  ['parent.productKey,Gateway.ProductKey', '"Gateway.ProductKey" of the first row names the same as "parent.productKey": keep one'],
  ['secret,DeviceSecret', '"DeviceSecret" of the first row names the same as "secret": keep one of the two.'],
  ['parent,Parent', '"Parent" of the first row is there twice.'],
  ['gateway,Gate_way', '"Gate_way" of the first row is there twice.'],
  ['tag.a,TAG.a', '"TAG.a" of the first row is there twice.'],
])('R-DEV-6 a column that is named twice is told by both of its names where these differ: %s', (head, message) => {
  expect(() => columnsOf(rows(`deviceName,${head}`))).toThrow(message);
});
