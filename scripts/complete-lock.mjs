#!/usr/bin/env node
// Adds to package-lock.json the optional packages of other platforms that npm left out because the registry in use doesn't carry them.
// Without them `npm ci` calls the lock file out of sync. Run it after adding or updating a package behind such a registry.
import { readFileSync, writeFileSync } from 'node:fs';
import { inProject } from './setup/paths.mjs';

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

const sorted = [...Object.entries(packages), ...missing].sort(([a], [b]) => a.localeCompare(b, 'en'));
writeFileSync(file, `${JSON.stringify({ ...lock, packages: { '': root, ...Object.fromEntries(sorted) } }, null, 2)}\n`);
process.stdout.write(`${missing.length} packages of other platforms added\n`);
