import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { extractFromZip } from '#setup/zip.mjs';
import { zip } from './support/zip';

const directory = mkdtempSync(join(tmpdir(), 'updraft-zip-'));
const archive = join(directory, 'a.zip');
const target = join(directory, 'out');
afterAll(() => rmSync(directory, { recursive: true, force: true }));
beforeEach(() => rmSync(target, { force: true }));

const body = Buffer.from('a program\n'.repeat(20_000));
const readme = { name: 'x-1.0.data/README', body: Buffer.from('read me'), method: 0 };

test.each([
  ['deflated', 8],
  ['stored', 0],
])('one %s file is taken out of a zip, whole', async (_name, method) => {
  writeFileSync(archive, zip([readme, { name: 'x-1.0.data/scripts/tool', body, method }], 'a comment'));
  await extractFromZip(archive, '/scripts/tool', target);
  expect(readFileSync(target).equals(body)).toBe(true);
});

test.each([
  ['has no such entry', zip([readme]), /no entry that ends in \/scripts\/tool/],
  ['is encrypted', zip([{ name: 'd/scripts/tool', body, method: 8, flags: 1 }]), /is encrypted/],
  ['is packed in another way', zip([{ name: 'd/scripts/tool', body, method: 12 }]), /method 12/],
  ['is no zip', Buffer.from('<html>not found</html>'.repeat(10)), /not a zip archive, or cut off/],
  ['is empty', Buffer.alloc(0), /not a zip archive|cut off/],
])('an archive that %s is refused with the reason', async (_name, bytes, message) => {
  writeFileSync(archive, bytes);
  await expect(extractFromZip(archive, '/scripts/tool', target)).rejects.toThrow(message);
  expect(existsSync(target)).toBe(false);
});

test('an archive that was cut off is refused', async () => {
  writeFileSync(archive, zip([{ name: 'd/scripts/tool', body, method: 8 }]));
  truncateSync(archive, 200);
  await expect(extractFromZip(archive, '/scripts/tool', target)).rejects.toThrow(/cut off/);
});
