import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(__dirname, '../../../gateways/coap/dtls/wasm');
const read = (name: string): Buffer => readFileSync(join(folder, name));
const sha256 = (name: string): string => createHash('sha256').update(read(name)).digest('hex');
const record = JSON.parse(read('build.json').toString());

const compiler = spawnSync(process.env.PYTHON ?? 'python3', ['-m', 'ziglang', 'version'], { encoding: 'utf8' }).stdout?.trim();
const canBuild = compiler === record.compiler.version;
if (!canBuild)
  console.warn(
    `NOT PROVEN here: dtls.wasm comes of its sources again. It needs ${record.compiler.name} ${record.compiler.version} (PyPI).`,
  );

test('the module and its sources are those that were recorded when it was built', () => {
  expect({ bytes: read('dtls.wasm').length, sha256: sha256('dtls.wasm') }).toEqual(record.wasm);
  expect(Object.fromEntries(Object.keys(record.files).map((name) => [name, sha256(name)]))).toEqual(record.files);
});

(canBuild ? test : test.skip)('the module comes of its sources again, octet for octet', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(folder, 'build.mjs'), '--check'], { encoding: 'utf8' });
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: `The same: ${record.wasm.sha256}\n`, stderr: '' });
});

test('the licences of what is in the module go with it', () => {
  const licence = read('LICENSE').toString();
  for (const part of ['Copyright The Mbed TLS Contributors', 'END OF TERMS AND CONDITIONS', 'MIT License']) expect(licence).toContain(part);
  expect(readFileSync(join(folder, '../../../../THIRD-PARTY.md'), 'utf8')).toContain(`Mbed TLS ${record.source.mbedtls}`);
});
