import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readMasterKeys } from '../../../server/master-key';

let dataDir: string;
const warnings: string[] = [];
const logger = { warn: (message: unknown) => void warnings.push(String(message)) };
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'updraft-master-key-'));
  warnings.length = 0;
});
afterEach(() => rmSync(dataDir, { recursive: true }));

test('R-PKG-8 the first start makes a master key, for its owner only, and says so; the next ones find it', async () => {
  const [made] = await readMasterKeys({ dataDir }, logger);
  const file = join(dataDir, 'master.key');
  expect(made).toHaveLength(32);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(warnings).toEqual([expect.stringContaining(file)]);
  expect(warnings[0]).not.toContain(readFileSync(file, 'utf8').trim());
  expect(await readMasterKeys({ dataDir }, logger)).toEqual([made]);
  expect(warnings).toHaveLength(1);
});

test('R-PKG-8 keys that are set are taken as they are, and nothing is written', async () => {
  const keys = await readMasterKeys({ dataDir: join(dataDir, 'none'), masterKeys: ['ab'.repeat(32), 'cd'.repeat(32)] }, logger);
  expect(keys).toEqual([Buffer.alloc(32, 0xab), Buffer.alloc(32, 0xcd)]);
  expect(warnings).toEqual([]);
});

test('R-PKG-8 a file that holds no key stops the start instead of being replaced', async () => {
  writeFileSync(join(dataDir, 'master.key'), 'hello');
  await expect(readMasterKeys({ dataDir }, logger)).rejects.toThrow('64 hex digits');
  expect(readFileSync(join(dataDir, 'master.key'), 'utf8')).toBe('hello');
});
