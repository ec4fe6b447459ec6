import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { read, root } from './project-files';

test('the files of the two roads through the code are there', () => {
  const section = /^## Two roads through the code$(.*?)^## /ms.exec(read('docs/design.md'))?.[1] ?? '';
  const named = Array.from(section.matchAll(/`([^`\s]+\.ts)`/g), ([, path = '']) => path);
  expect(named.length).toBeGreaterThan(30);
  expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});
