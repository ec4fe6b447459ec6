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
  client: ['client'],
  console: ['console'],
  'test/support/devices': ['test/support/devices'],
  demo: [...product, 'demo', 'test', 'test/support/devices'],
  test: [...product, 'console', 'demo', 'test', 'test/support/devices'],
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

/** A feature of `core` is a folder; a file beside the folders stands for itself. */
const featureOf = (path: string): string | undefined => /^core\/[^/]+/.exec(path)?.[0].replace(/\.ts$/, '');

type Arrows = Map<string, Map<string, string[]>>;

function arrowsOfCore(tree: SourceTree): Arrows {
  const arrows: Arrows = new Map();
  for (const [path, text] of tree) {
    const from = featureOf(path);
    if (from === undefined) continue;
    for (const { source } of importsOf(text)) {
      const to = isRelative(source) ? featureOf(targetOf(path, source)) : undefined;
      if (to === undefined || to === from) continue;
      const ofFeature = arrows.get(from) ?? new Map<string, string[]>();
      arrows.set(from, ofFeature.set(to, [...(ofFeature.get(to) ?? []), `${path} → ${source}`]));
    }
  }
  return arrows;
}

function shortestPath(arrows: Arrows, from: string, to: string): string[] | null {
  const paths = [[from]];
  const seen = new Set([from]);
  for (const path of paths) {
    const last = path.at(-1)!;
    if (last === to) return path;
    for (const next of arrows.get(last)?.keys() ?? []) {
      if (!seen.has(next)) paths.push([...path, next]);
      seen.add(next);
    }
  }
  return null;
}

/** Cycles among the features of `core`, the shortest first, each with the imports that form it; types count as well. */
export function coreCycles(tree: SourceTree): { features: string[]; imports: string[] }[] {
  const arrows = arrowsOfCore(tree);
  const cycles: { features: string[]; imports: string[] }[] = [];
  for (;;) {
    const back = [...arrows].flatMap(([from, to]) => [...to.keys()].map((next) => shortestPath(arrows, next, from)));
    const [features] = back.filter((path) => path !== null).sort((one, other) => one.length - other.length);
    if (features === undefined) return cycles;
    const pairs = features.map((from, index) => [from, features[(index + 1) % features.length]!] as const);
    cycles.push({ features: [...features].sort(), imports: pairs.flatMap(([from, to]) => arrows.get(from)!.get(to)!) });
    // Without one of its arrows the cycle is gone, and the next may be seen.
    for (const [from, to] of pairs) arrows.get(from)!.delete(to);
  }
}
