import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Entry {
  version: string;
  resolved?: string;
  integrity?: string;
  link?: boolean;
}

const root = join(__dirname, '../../..');
const { packages }: { packages: Record<string, Entry> } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const installed = Object.entries(packages).filter(([path]) => path !== '');

test('R-SAFE-6 every package of package-lock.json has a SHA-512, those of other platforms too (node scripts/complete-lock.mjs)', () => {
  expect(installed.length).toBeGreaterThan(500);
  expect(installed.filter(([, { integrity }]) => !/^sha512-[\w+/]{86}==$/.test(integrity ?? '')).map(([path]) => path)).toEqual([]);
});

test('R-SAFE-6 no package comes from anywhere but the registry, and direct dependencies are exact', () => {
  expect(installed.filter(([, { resolved, link }]) => resolved !== undefined || link).map(([path]) => path)).toEqual([]);
  const versions = Object.entries<string>({ ...dependencies, ...devDependencies });
  expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
});
