import { posix } from 'node:path';

/** Source text by path, both relative to the project's root and with `/`. */
export type SourceTree = ReadonlyMap<string, string>;

interface Import {
  source: string;
  /** `import type` and `export type`: gone when the program runs. */
  typeOnly: boolean;
}

const product = ['schema/model', 'schema/mongo', 'core', 'api', 'gateways', 'workflows', 'server'];

/** What each folder may import from, itself included. */
const mayImport: Record<string, readonly string[]> = {
  'schema/model': ['schema/model'],
  'schema/mongo': ['schema/mongo', 'schema/model'],
  core: ['core', 'schema/mongo', 'schema/model'],
  api: ['api', 'core', 'schema/mongo', 'schema/model'],
  gateways: ['gateways', 'core', 'schema/mongo', 'schema/model'],
  workflows: ['workflows', 'core', 'schema/mongo', 'schema/model'],
  server: product,
  'test/support/devices': ['test/support/devices'],
  demo: [...product, 'demo', 'test', 'test/support/devices'],
  test: [...product, 'demo', 'test', 'test/support/devices'],
};
/** Longest first, so that `test/support/devices` is found before `test`. */
const layers = Object.keys(mayImport).sort((one, other) => other.length - one.length);
const layerOf = (path: string): string | undefined => layers.find((layer) => path === layer || path.startsWith(`${layer}/`));

/** What the workflow sandbox begins with; all that these load at run time is in the sandbox too. */
const isSandboxEntry = (path: string): boolean => /^workflows\/(.*\/)?(workflow\.ts|messages\.ts|flows\/.*\.ts)$/.test(path);
const sandboxPackages = ['@temporalio/workflow', '@temporalio/common'];

const STATEMENT = /(?:^|[\s;}])(?:import|export)\s+(type\s+)?(?:[^'";=]*?\sfrom\s*)?['"]([^'"\n]+)['"]/g;
const CALL = /\b(?:import|require)\(\s*['"]([^'"\n]+)['"]/g;

function importsOf(text: string): Import[] {
  const statements = Array.from(text.matchAll(STATEMENT), ([, type, source]) => ({ source: source!, typeOnly: type !== undefined }));
  const calls = Array.from(text.matchAll(CALL), ([, source]) => ({ source: source!, typeOnly: false }));
  return [...statements, ...calls];
}

const isRelative = (source: string): boolean => source.startsWith('.');
const targetOf = (path: string, source: string): string => posix.join(posix.dirname(path), source);

/** Arrows that go the wrong way, as `file → import`. */
export function wrongArrows(tree: SourceTree): string[] {
  const wrong: string[] = [];
  for (const [path, text] of tree) {
    const layer = layerOf(path);
    if (layer === undefined) continue;
    for (const { source } of importsOf(text)) {
      const target = isRelative(source) ? layerOf(targetOf(path, source)) : undefined;
      const allowed = isRelative(source) ? target !== undefined && mayImport[layer]!.includes(target) : layer !== 'schema/model';
      if (!allowed) wrong.push(`${path} → ${source}`);
    }
  }
  return wrong;
}

/** What workflow code imports, directly or through what lies beside it, and may not: as `file → import`. */
export function sandboxLeaks(tree: SourceTree): string[] {
  const leaks: string[] = [];
  const open = [...tree.keys()].filter(isSandboxEntry);
  const seen = new Set(open);
  for (const path of open) {
    for (const { source, typeOnly } of importsOf(tree.get(path) ?? '')) {
      const target = targetOf(path, source);
      const layer = isRelative(source) ? layerOf(target) : undefined;
      const allowed = isRelative(source) ? layer === 'schema/model' || layer === 'workflows' : sandboxPackages.includes(source);
      if (!allowed) leaks.push(`${path} → ${source}`);
      if (layer !== 'workflows' || typeOnly) continue;
      const file = [`${target}.ts`, `${target}/index.ts`].find((candidate) => tree.has(candidate));
      if (file === undefined || seen.has(file)) continue;
      seen.add(file);
      open.push(file);
    }
  }
  return leaks;
}
