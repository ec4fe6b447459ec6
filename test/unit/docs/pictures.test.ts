import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { projectFiles, read, root } from './project-files';

test('R-UI-3: every picture of the docs is shown by a page, and every picture that a page shows is there', () => {
  const shown = projectFiles()
    .filter((path) => path.endsWith('.md'))
    .flatMap((path) => [...read(path).matchAll(/!\[[^\]]+\]\((?:docs\/)?(images\/[^)]+)\)/g)].map(([, picture]) => picture));
  const there = readdirSync(join(root, 'docs/images'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(join(root, 'docs/').length));
  expect([...new Set(shown)].sort()).toEqual(there.sort());
});
