#!/usr/bin/env node
// Completes package-lock.json after adding or updating a package: adds the optional packages of other platforms that npm left out, without
// which `npm ci` calls the lock file out of sync, and asks npm for the hash of every package that has none, without which nothing says
// what is installed there.
import { readFileSync, writeFileSync } from 'node:fs';
import { inProject } from './setup/paths.mjs';
import { runChild } from './setup/run-child.mjs';

const SYSTEMS = ['android', 'darwin', 'linux', 'win32', 'freebsd', 'openharmony'];
const PROCESSORS = ['arm64', 'x64', 'ia32', 'ppc64', 's390x', 'riscv64', 'loong64', 'arm'];
const EXACT = /^\d+\.\d+\.\d+$/;

const file = inProject('package-lock.json');
const lock = JSON.parse(readFileSync(file, 'utf8'));
const { '': root, ...packages } = lock.packages;

const missing = Object.entries(packages).flatMap(([path, entry]) =>
  Object.entries(entry.optionalDependencies ?? {})
    .filter(([name, version]) => EXACT.test(version) && !packages[`node_modules/${name}`] && !packages[`${path}/node_modules/${name}`])
    .flatMap(([name, version]) => platformEntry(name, version, entry.dev)),
);

function platformEntry(name, version, dev) {
  const os = SYSTEMS.find((system) => name.includes(system));
  const cpu = PROCESSORS.find((processor) => name.includes(`-${processor}`));
  if (!os || !cpu) return [];
  const libc = os === 'linux' ? { libc: [name.includes('musl') ? 'musl' : 'glibc'] } : {};
  return [[`node_modules/${name}`, { version, cpu: [cpu], ...(dev ? { dev } : {}), ...libc, optional: true, os: [os] }]];
}

async function withHash([path, entry]) {
  // A package of the workspace is in this repository.
  if (entry.integrity || entry.link || !path.includes('node_modules/')) return [path, entry];
  const wanted = `${path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)}@${entry.version}`;
  const integrity = (await runChild('npm', ['view', wanted, 'dist.integrity'], { limitMs: 60_000, what: `npm view ${wanted}` })).trim();
  if (!/^sha512-[\w+/]+=*$/.test(integrity)) throw new Error(`npm tells no SHA-512 of ${wanted}`);
  const { version, ...rest } = entry;
  return [path, { version, integrity, ...rest }];
}

const sorted = [...Object.entries(packages), ...missing].sort(([a], [b]) => a.localeCompare(b, 'en'));
const complete = [];
for (const entry of sorted) complete.push(await withHash(entry));
writeFileSync(file, `${JSON.stringify({ ...lock, packages: { '': root, ...Object.fromEntries(complete) } }, null, 2)}\n`);
const hashes = sorted.filter(([path, entry]) => !entry.integrity && !entry.link && path.includes('node_modules/')).length;
process.stdout.write(`${missing.length} packages of other platforms and ${hashes} hashes added\n`);
