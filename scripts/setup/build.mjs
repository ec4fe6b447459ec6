import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import process from 'node:process';
import { inProject, projectRoot } from './paths.mjs';
import { waiting } from './progress.mjs';
import { runChild } from './run-child.mjs';
import { SetupError } from './setup-error.mjs';

/** Packages of the workspace, in the order in which they are built: the later ones use the earlier ones. */
const PACKAGES = ['client'];
const SOURCES = [
  ...PACKAGES.flatMap((name) => [`${name}/src`, `${name}/documents`]),
  'api',
  'workflows',
  'gateways',
  'core',
  'schema',
  'server',
  'demo',
  'test',
];
/** The console is built by Vite, from these and from what it uses of the packages. */
const CONSOLE = ['console/src', 'console/build', 'console/public'];
/** What the compiled code reads beside itself. */
const ASSETS = ['gateways/coap/dtls/wasm/dtls.wasm', 'gateways/coap/dtls/wasm/LICENSE'];
const SETTINGS = [
  'package-lock.json',
  'tsconfig.json',
  'scripts/generate-documents.mjs',
  ...['index.html', 'package.json', 'tsconfig.json', 'vite.config.ts', 'lingui.config.ts'].map((name) => `console/${name}`),
  ...PACKAGES.flatMap((name) => [`${name}/package.json`, `${name}/tsconfig.json`]),
];
const stampFile = () => inProject('dist', '.updraft-build');

/** Compiles and bundles the workflows, unless dist/ was made from exactly these sources. */
export async function ensureBuilt() {
  const digest = digestOfSources();
  if (existsSync(stampFile()) && readFileSync(stampFile(), 'utf8') === digest) return;
  const done = waiting('Building');
  try {
    rmSync(stampFile(), { force: true });
    await buildPackages();
    await compile('tsconfig.json');
    for (const path of ASSETS) cpSync(inProject(path), inProject('dist', path));
    const bundle = inProject('dist', 'workflows', 'bundle.js');
    if (existsSync(bundle))
      await runChild(process.execPath, [bundle], { limitMs: 5 * 60_000, what: 'bundling the workflows', cwd: inProject() });
    await buildConsole();
    mkdirSync(inProject('dist'), { recursive: true });
    writeFileSync(stampFile(), digest);
    done();
  } catch (error) {
    done('failed');
    throw new SetupError(`The build failed: ${error.message}`);
  }
}

/** First: the demo and the tests are compiled against their types. */
async function buildPackages() {
  const generator = inProject('scripts/generate-documents.mjs');
  await runChild(process.execPath, [generator, ...PACKAGES, 'console'], {
    limitMs: 60_000,
    what: 'generating the documents',
    cwd: inProject(),
  });
  for (const name of PACKAGES) {
    // All that is there is published: nothing of a source that is gone may stay.
    rmSync(inProject(name, 'dist'), { recursive: true, force: true });
    await compile(`${name}/tsconfig.json`);
  }
  // What is published with it.
  cpSync(inProject('schema/graphql/schema.graphql'), inProject('client/dist/schema.graphql'));
  cpSync(inProject('LICENSE'), inProject('client/LICENSE'));
}

/** Into dist/console; fails when the first load is too large, or a text has no translation. */
const buildConsole = () =>
  runChild(process.execPath, [inProject('node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'error'], {
    limitMs: 10 * 60_000,
    what: 'building the console',
    cwd: inProject('console'),
  });

const compile = (settings) =>
  runChild(process.execPath, [inProject('node_modules/typescript/bin/tsc'), '-p', settings], {
    limitMs: 5 * 60_000,
    what: 'tsc',
    cwd: inProject(),
  });

function digestOfSources() {
  const hash = createHash('sha256');
  for (const path of [
    ...[...SOURCES, ...CONSOLE].flatMap((folder) => filesUnder(inProject(folder))),
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
    .filter(
      (entry) =>
        entry.isFile() &&
        !/[\\/]generated$/.test(entry.parentPath ?? entry.path) &&
        /\.(tsx?|mts|graphql|json|css|po|svg|js)$/.test(entry.name),
    )
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}
