import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import process from 'node:process';
import { inProject, projectRoot } from './paths.mjs';
import { waiting } from './progress.mjs';
import { runChild } from './run-child.mjs';
import { SetupError } from './setup-error.mjs';

const SOURCES = ['api', 'workflows', 'gateways', 'core', 'schema', 'server', 'demo', 'test'];
/** What the compiled code reads beside itself. */
const ASSETS = ['gateways/coap/dtls/wasm/dtls.wasm', 'gateways/coap/dtls/wasm/LICENSE'];
const SETTINGS = ['package-lock.json', 'tsconfig.json'];
const stampFile = () => inProject('dist', '.updraft-build');

/** Compiles and bundles the workflows, unless dist/ was made from exactly these sources. */
export async function ensureBuilt() {
  const digest = digestOfSources();
  if (existsSync(stampFile()) && readFileSync(stampFile(), 'utf8') === digest) return;
  const done = waiting('Building');
  try {
    rmSync(stampFile(), { force: true });
    await compile();
    for (const path of ASSETS) cpSync(inProject(path), inProject('dist', path));
    const bundle = inProject('dist', 'workflows', 'bundle.js');
    if (existsSync(bundle))
      await runChild(process.execPath, [bundle], { limitMs: 5 * 60_000, what: 'bundling the workflows', cwd: inProject() });
    mkdirSync(inProject('dist'), { recursive: true });
    writeFileSync(stampFile(), digest);
    done();
  } catch (error) {
    done('failed');
    throw new SetupError(`The build failed: ${error.message}`);
  }
}

const compile = () =>
  runChild(process.execPath, [inProject('node_modules/typescript/bin/tsc'), '-p', 'tsconfig.json'], {
    limitMs: 5 * 60_000,
    what: 'tsc',
    cwd: inProject(),
  });

function digestOfSources() {
  const hash = createHash('sha256');
  for (const path of [
    ...SOURCES.flatMap((folder) => filesUnder(inProject(folder))),
    ...[...ASSETS, ...SETTINGS].map((name) => inProject(name)),
  ].sort()) {
    hash
      .update(`${relative(projectRoot, path)}\0`)
      .update(readFileSync(path))
      .update('\0');
  }
  return hash.digest('hex');
}

function filesUnder(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|mts|graphql|json)$/.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}
