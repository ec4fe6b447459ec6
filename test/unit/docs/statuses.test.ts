import { UPLOAD_STATUS } from '../../../api/files/upload';
import type { ErrorCode } from '../../../schema/model/error-codes';
import { read } from './project-files';

/** The rows of the table that follows `before`: statuses and the codes they are said to come with. */
function rowsOf(page: string, before: string): { statuses: number[]; codes: string[] }[] {
  const [table = ''] =
    read(page)
      .slice(read(page).indexOf(before))
      .match(/\| status \| code \|\n(\|.*\n)+/) ?? [];
  return table
    .split('\n')
    .slice(2, -1)
    .map((row) => {
      const [, statuses = '', codes = ''] = row.split('|');
      return { statuses: statuses.match(/\d{3}/g)?.map(Number) ?? [], codes: codes.match(/[A-Z]+(?:_[A-Z]+)*(?=`)/g) ?? [] };
    });
}

test.each([
  ['docs/api.md', '## Packages'],
  ['docs/uploads.md', '## Devices from a file'],
])('each code of the table of statuses in %s comes with its status', (page, before) => {
  const codes = rowsOf(page, before).flatMap((row) => row.codes.map((code) => ({ code, statuses: row.statuses })));
  expect(codes.map(({ code }) => code)).toEqual(expect.arrayContaining(['REQUIRED', 'FILE_MISSING', 'UPLOAD_CUT', 'DISK_FULL']));
  const wrong = codes.filter(({ code, statuses }) => code !== 'INTERNAL' && !statuses.includes(UPLOAD_STATUS[code as ErrorCode] ?? 422));
  expect(wrong).toEqual([]);
});

test('no word in angle brackets stands in a command, where a shell takes it for a redirection', () => {
  const pages = ['README.md', 'docs/api.md', 'docs/uploads.md', 'docs/operating.md', 'docs/signing.md', 'docs/downloads.md'];
  const commands = pages.flatMap((page) => read(page).match(/^```sh\n[\s\S]*?^```/gm) ?? []);
  expect(commands.length).toBeGreaterThan(10);
  expect(commands.flatMap((command) => command.match(/<[a-zA-Z][\w ]*>/g) ?? [])).toEqual([]);
});
