import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { read, root } from './project-files';

const page = read('docs/threat-model.md');
const [defended = '', open = ''] = page.split('## What is not defended');
const rows = defended.split('\n').filter((line) => /^\| (?!threat |asset |---)/.test(line));
const filesOf = (row: string): string[] => Array.from(row.matchAll(/`(test\/[^`]+)`/g), ([, file = '']) => file);

test('every defence of the threat model names tests that exist', () => {
  const defences = rows.filter((row) => row.split('|').length === 5);
  expect(defences.length).toBeGreaterThan(30);
  expect(defences.filter((row) => filesOf(row).length === 0)).toEqual([]);
  expect(defences.flatMap(filesOf).filter((file) => !existsSync(join(root, file)))).toEqual([]);
});

test('the threat model says what is not defended', () => {
  expect(open.split('\n').filter((line) => line.startsWith('- ')).length).toBeGreaterThan(8);
});
