import { EVIDENCE } from '../../../schema/model/task/evidence';
import { read } from './project-files';

test('R-BAT-24 the failures that say nothing about a package are listed in the documents', () => {
  const [, list = ''] = /<!-- silent -->(.*)<!-- \/silent -->/.exec(read('docs/api.md')) ?? [];
  const silent = Object.entries(EVIDENCE).filter(([, evidence]) => evidence === 'SILENT');
  expect(Array.from(list.matchAll(/`(\w+)`/g), ([, cause]) => cause).sort()).toEqual(silent.map(([cause]) => cause).sort());
});
