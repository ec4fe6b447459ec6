import { dataDirProblem } from '../../../server/data-dir-problem';

const problem = (path: string, code = 'ENOENT') => dataDirProblem(Object.assign(new Error(code), { code, path }), '/data/updraft')?.message;

test.each([
  ['itself', '/data/updraft', 'it cannot be made'],
  ['what is in it', '/data/updraft/logs', '/data/updraft/logs cannot be made'],
  ['what it lies in', '/data', '/data cannot be made'],
])('an error of making %s is told as one of the data directory', (_what, path, words) => {
  expect(problem(path)).toContain(`The data directory /data/updraft cannot be used: ${words}`);
});

test('other errors, and those of other places, are not', () => {
  expect([problem('/data/updraft2'), problem('/other'), problem('/data/updraft', 'EIO')]).toEqual([undefined, undefined, undefined]);
});
