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
const manifestOf = (folder: string) => JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
const { workspaces }: { workspaces: string[] } = manifestOf('.');
/** The project's own packages lie in the repository, and have a link among those that are installed. */
const isOwn = ([path, { link, resolved }]: [string, Entry]): boolean =>
  path === '' || workspaces.includes(path) || (link === true && workspaces.includes(resolved ?? ''));
const installed = Object.entries(packages).filter((entry) => !isOwn(entry));

test('R-SAFE-6 every package of package-lock.json has a SHA-512, those of other platforms too (node scripts/complete-lock.mjs)', () => {
  expect(installed.length).toBeGreaterThan(500);
  expect(installed.filter(([, { integrity }]) => !/^sha512-[\w+/]{86}==$/.test(integrity ?? '')).map(([path]) => path)).toEqual([]);
});

test('R-SAFE-6 no package comes from anywhere but the registry, and direct dependencies are exact', () => {
  expect(installed.filter(([, { resolved, link }]) => resolved !== undefined || link).map(([path]) => path)).toEqual([]);
  const versions = ['.', ...workspaces].flatMap((folder) => {
    const { dependencies, devDependencies } = manifestOf(folder);
    return Object.entries<string>({ ...dependencies, ...devDependencies });
  });
  expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
});
