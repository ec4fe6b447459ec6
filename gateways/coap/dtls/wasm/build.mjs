#!/usr/bin/env node
// Builds dtls.wasm from glue.c, config.h and Mbed TLS, and writes down in build.json what it was made of.
//   node build.mjs            builds it anew
//   node build.mjs --check    builds it elsewhere and compares: 0 the same, 1 another, 2 the tools are not there
// It needs the compiler that build.json names: `python3 -m pip install ziglang==…`; PYTHON names another Python.
// Mbed TLS comes from crates.io, or from the archive that MBEDTLS_CRATE names; either has to have the hash in build.json.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const inHere = (name) => join(here, name);
const record = JSON.parse(readFileSync(inHere('build.json'), 'utf8'));
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
const checking = process.argv.includes('--check');
const python = process.env.PYTHON ?? 'python3';

const MODULES = [
  'aes',
  'ccm',
  'gcm',
  'cipher',
  'cipher_wrap',
  'md',
  'sha256',
  'ssl_tls',
  'ssl_tls12_server',
  'ssl_tls12_client',
  'ssl_client',
  'ssl_msg',
  'ssl_cookie',
  'ssl_ciphersuites',
  'platform_util',
  'constant_time',
  'block_cipher',
  'platform',
];

function end(code, text) {
  process[code === 0 ? 'stdout' : 'stderr'].write(`${text}\n`);
  process.exit(code);
}

function run(program, args, options) {
  const { status, error, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', timeout: 600_000, ...options });
  if (error) throw error;
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr}`);
  return stdout.trim();
}

function compilerVersion() {
  try {
    return run(python, ['-m', 'ziglang', 'version']);
  } catch {
    return null;
  }
}

async function crate() {
  const { name, version, sha256: wanted } = record.source;
  const url = `https://static.crates.io/crates/${name}/${name}-${version}.crate`;
  const bytes = process.env.MBEDTLS_CRATE
    ? readFileSync(process.env.MBEDTLS_CRATE)
    : Buffer.from(await (await fetch(url, { signal: AbortSignal.timeout(120_000) })).arrayBuffer());
  if (sha256(bytes) !== wanted) throw new Error(`${process.env.MBEDTLS_CRATE ?? url} has the SHA-256 ${sha256(bytes)}, not ${wanted}.`);
  return bytes;
}

async function build(work) {
  writeFileSync(join(work, 'crate.tar.gz'), await crate());
  run('tar', ['-xzf', 'crate.tar.gz'], { cwd: work });
  // Compiled in one folder by relative names, so that no path of this machine gets into the module.
  run('mv', [`${record.source.name}-${record.source.version}/mbedtls`, 'mbedtls'], { cwd: work });
  for (const name of Object.keys(record.files)) copyFileSync(inHere(name), join(work, name));
  const sources = ['glue.c', ...MODULES.map((name) => `mbedtls/library/${name}.c`)];
  run(python, ['-m', 'ziglang', 'cc', ...record.compiler.options, '-o', 'dtls.wasm', ...sources], { cwd: work });
  return readFileSync(join(work, 'dtls.wasm'));
}

const found = compilerVersion();
if (found !== record.compiler.version)
  end(
    2,
    `It takes ${record.compiler.name} ${record.compiler.version}; ${python} has ${found ?? 'none'}. ${python} -m pip install ziglang==${record.compiler.version}`,
  );
const work = mkdtempSync(join(tmpdir(), 'dtls-wasm-'));
try {
  const wasm = await build(work);
  if (checking) {
    const same = existsSync(inHere('dtls.wasm')) && wasm.equals(readFileSync(inHere('dtls.wasm')));
    end(same ? 0 : 1, same ? `The same: ${sha256(wasm)}` : `Another: ${sha256(wasm)}, ${wasm.length} octets.`);
  }
  writeFileSync(inHere('dtls.wasm'), wasm);
  const files = Object.fromEntries(Object.keys(record.files).map((name) => [name, sha256(readFileSync(inHere(name)))]));
  writeFileSync(
    inHere('build.json'),
    `${JSON.stringify({ ...record, files, wasm: { bytes: wasm.length, sha256: sha256(wasm) } }, null, 2)}\n`,
  );
  end(0, `dtls.wasm: ${wasm.length} octets, ${sha256(wasm)}`);
} catch (error) {
  end(checking ? 2 : 1, error.message);
} finally {
  rmSync(work, { recursive: true, force: true });
}
