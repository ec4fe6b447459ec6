import { spawnSync } from 'node:child_process';
import { appendFileSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { coreCycles, type SourceTree, sandboxLeaks, wrongArrows } from '../support/import-rule';

const root = join(__dirname, '../..');
const folders = ['schema', 'core', 'api', 'gateways', 'workflows', 'server', 'client', 'console', 'demo', 'test', 'scripts'];
const MOST_LINES = 300;

function sourceTree(): Map<string, string> {
  const tree = new Map<string, string>();
  const visit = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`;
      // What the build and npm leave in packages of the workspace is no source.
      if (['dist', 'generated', 'node_modules'].includes(entry.name)) continue;
      if (entry.isDirectory()) visit(path);
      else if (/\.(tsx?|mjs|js)$/.test(entry.name)) tree.set(path, readFileSync(join(root, path), 'utf8'));
    }
  };
  const present = new Set(readdirSync(root));
  for (const folder of folders) if (present.has(folder)) visit(folder);
  return tree;
}

const planted = (path: string, text: string): SourceTree => new Map([[path, text]]);

/** The imports, each on a line of its file, in a folder that has only these and the project's `biome.json`: what the linter refuses. */
function refusedByLint(imports: [path: string, source: string][]): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'updraft-lint-'));
  try {
    copyFileSync(join(root, 'biome.json'), join(folder, 'biome.json'));
    for (const [path, source] of imports) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      appendFileSync(join(folder, path), `import '${source}';\n`);
    }
    const biome = require.resolve('@biomejs/biome/bin/biome');
    const options = ['lint', '--vcs-enabled=false', '--only=style/noRestrictedImports', '--max-diagnostics=none', '--colors=off', '.'];
    const { stdout, stderr } = spawnSync(process.execPath, [biome, ...options], { cwd: folder, encoding: 'utf8' });
    return Array.from(
      (stdout + stderr).matchAll(/^(\S+\.ts):(\d+):\d+ lint\/style\/noRestrictedImports/gm),
      ([, path, line]) => `${path} → ${imports.filter(([file]) => file === path)[Number(line) - 1]?.[1]}`,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const told = (imports: [path: string, source: string][]): string[] => imports.map(([path, source]) => `${path} → ${source}`);

const violations: [path: string, source: string][] = [
  ['schema/model/rule.ts', 'node:fs'],
  ['schema/model/rule.ts', '../mongo/tasks'],
  ['schema/mongo/tasks.ts', '../../core/errors'],
  ['core/tasks/service.ts', '../../workflows/client'],
  ['core/tasks/service.ts', '../../test/support/store'],
  ['api/tasks/resolver.ts', '../../gateways/device-link'],
  ['gateways/mqtt/link/on-progress.ts', '../../../workflows/upgrade/messages'],
  ['workflows/batch/activities.ts', '../../api/context'],
  ['server/main.ts', '../demo/main'],
  ['client/src/client.ts', '../../schema/model/ids'],
  ['client/src/live/feed.ts', '../../../api/live/hub'],
  ['test/support/devices/device.ts', '../../../schema/model/ids'],
  ['test/support/devices/link/device.ts', '../../../../schema/model/ids'],
];

const leaks: [path: string, source: string][] = [
  ['workflows/batch/workflow.ts', '../../core/errors'],
  ['workflows/batch/messages.ts', 'node:crypto'],
  ['workflows/upgrade/flows/link.ts', '@temporalio/activity'],
  ['workflows/upgrade/flows/link.ts', '../../../schema/mongo/tasks'],
];

const permitted: [path: string, source: string][] = [
  ['schema/model/fine.ts', './ids'],
  ['schema/mongo/fine.ts', '../model/ids'],
  ['core/tasks/fine.ts', '../../schema/mongo/tasks'],
  ['api/tasks/fine.ts', '@apollo/server/standalone'],
  ['api/tasks/fine.ts', '../server'],
  ['gateways/mqtt/link/fine.ts', '../../../core/core'],
  ['workflows/batch/activities.ts', '../../core/core'],
  ['workflows/client.ts', '@temporalio/client'],
  ['workflows/batch/workflow.ts', '@temporalio/workflow'],
  ['workflows/upgrade/flows/link.ts', '../messages'],
  ['workflows/upgrade/flows/link.ts', '../../../schema/model/ids'],
  ['server/main.ts', '../workflows/worker'],
  ['client/src/live/fine.ts', '../http/transport'],
  ['client/src/live/fine.ts', 'graphql-ws/client'],
  ['demo/fine.ts', '@updraft/client'],
  ['test/e2e/fine.test.ts', '../../server/main'],
];

describe('the import rule', () => {
  const tree = sourceTree();

  test('arrows go one way: server → api | gateways | workflows → core → schema/mongo → schema/model', () => {
    expect(tree.size).toBeGreaterThan(50);
    expect(wrongArrows(tree)).toEqual([]);
  });

  test('workflow code imports only schema/model, the Temporal sandbox and what lies beside it', () => {
    expect(sandboxLeaks(tree)).toEqual([]);
  });

  test.each(violations)('%s may not import %s', (path, source) => {
    expect(wrongArrows(planted(path, `import { x } from '${source}';`))).toEqual([`${path} → ${source}`]);
  });

  test.each(leaks)('%s may not import %s into the sandbox', (path, source) => {
    expect(sandboxLeaks(planted(path, `import { x } from '${source}';`))).toEqual([`${path} → ${source}`]);
  });

  test('the linter refuses the same imports, and none that may be', () => {
    const wrong = [...violations, ...leaks];
    expect(refusedByLint([...wrong, ...permitted]).sort()).toEqual(told(wrong).sort());
  });

  test.each([
    "import '../../api/context';",
    "import * as x from '../../api/context';",
    "import type { X } from '../../api/context';",
    "import {\n  a,\n  b,\n} from '../../api/context';",
    "export * from '../../api/context';",
    "export type { X } from '../../api/context';",
    "const x = await import('../../api/context');",
    "const x = require('../../api/context');",
    "type X = import('../../api/context').X;",
  ])('an import is seen however it is written: %j', (text) => {
    expect(wrongArrows(planted('core/tasks/service.ts', text))).toEqual(['core/tasks/service.ts → ../../api/context']);
  });

  test('workflow code may take types of the activities beside it, and nothing that they import', () => {
    const workflow = "import type { Activities } from './activities';\n";
    const activities = "import { Context } from '@temporalio/activity';\nimport { x } from '../../core/errors';\n";
    const files = (first: string) =>
      new Map([
        ['workflows/batch/workflow.ts', first],
        ['workflows/batch/activities.ts', activities],
      ]);
    expect(sandboxLeaks(files(workflow))).toEqual([]);
    expect(sandboxLeaks(files(workflow.replace('import type', 'import')))).toEqual([
      'workflows/batch/activities.ts → @temporalio/activity',
      'workflows/batch/activities.ts → ../../core/errors',
    ]);
  });

  test('the features of core import each other one way', () => {
    expect(coreCycles(tree).map(({ imports }) => imports)).toEqual([]);
  });

  test('a cycle among features is told with the imports that form it, types as well, however long it is', () => {
    const files = new Map([
      ['core/batches/service.ts', "import { push } from '../push/offers';\nimport { x } from './edit';\n"],
      ['core/push/push.ts', "import { select } from '../selection/dynamic/match';\n"],
      ['core/selection/dynamic/match.ts', "import type { Batch } from '../../batches/contract';\n"],
      ['core/access/service.ts', "import { UserError } from '../errors';\n"],
      ['core/errors.ts', ''],
    ]);
    expect(coreCycles(files)).toEqual([
      {
        features: ['core/batches', 'core/push', 'core/selection'],
        imports: [
          'core/push/push.ts → ../selection/dynamic/match',
          'core/selection/dynamic/match.ts → ../../batches/contract',
          'core/batches/service.ts → ../push/offers',
        ],
      },
    ]);
    const withHub = new Map([...files, ['core/errors.ts', "import type { Viewer } from './access/viewer';\n"]]);
    expect(coreCycles(withHub).map(({ features }) => features)).toEqual([
      ['core/access', 'core/errors'],
      ['core/batches', 'core/push', 'core/selection'],
    ]);
  });

  test('R-SAFE-3 nothing waits by a signal of AbortSignal.timeout, which may be collected before its time', () => {
    const waits = [...tree].filter(([path, text]) => /^(?!test\/).*\.tsx?$/.test(path) && text.includes('AbortSignal.timeout('));
    expect(waits.map(([path]) => path)).toEqual([]);
  });

  test(`no source file has more than ${MOST_LINES} lines`, () => {
    const long = [...tree].filter(([, text]) => text.trimEnd().split('\n').length > MOST_LINES).map(([path]) => path);
    expect(long).toEqual([]);
  });
});
