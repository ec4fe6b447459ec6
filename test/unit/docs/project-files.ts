import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(__dirname, '../../..');
export const read = (path: string): string => readFileSync(join(root, path), 'utf8');

const NOT_OURS = new Set(['node_modules', 'dist', 'generated', '.git', '.updraft', 'coverage']);
const TEXT = /\.(md|ts|mts|mjs|js|json|graphql|ya?ml|svg)$|^(Dockerfile|NOTICE|LICENSE|run|\.npmrc|\.gitignore|\.dockerignore)$/;

/** Every text file of the project, by its path from the root; what is installed, built or downloaded is left out. */
export function projectFiles(folder = ''): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder ? `${folder}/${entry.name}` : entry.name;
    if (entry.isDirectory()) return NOT_OURS.has(entry.name) ? [] : projectFiles(path);
    return TEXT.test(entry.name) ? [path] : [];
  });
}
