import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../../..');
const read = (...path: string[]): string => readFileSync(join(root, ...path), 'utf8');

test('the third-party notice lists every direct dependency with its version and licence, and no other', () => {
  const project = JSON.parse(read('package.json'));
  const manifests = [project, ...project.workspaces.map((name: string) => JSON.parse(read(name, 'package.json')))];
  const names = new Set<string>(manifests.flatMap((manifest) => Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })));
  const foreign = [...names].filter((name) => !name.startsWith('@updraft/'));
  const installed = foreign.map((name) => {
    const { version, license } = JSON.parse(read('node_modules', name, 'package.json'));
    return `${name} ${version} ${license}`;
  });
  const rows = read('THIRD-PARTY.md').matchAll(/^\| ([\w@/.-]+) \| (\d[\w.-]+) \| ([\w. -]+) \| /gm);
  expect([...rows].map(([, name, version, license]) => `${name} ${version} ${license}`).sort()).toEqual(installed.sort());
});

test('the licence is Apache-2.0 in full, and the notice says that mongod is not free in that sense', () => {
  expect(read('LICENSE')).toContain('TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION');
  expect(read('LICENSE')).toContain('END OF TERMS AND CONDITIONS');
  expect(read('THIRD-PARTY.md')).toContain('SSPL-1.0');
  expect(JSON.parse(read('package.json'))).toMatchObject({ license: 'Apache-2.0' });
});
