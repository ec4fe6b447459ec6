import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = join(__dirname, '../../../scripts/run.mjs');

test('a command that does not exist ends with the ones that do', async () => {
  const failure = promisify(execFile)(process.execPath, [run, 'cook']);
  await expect(failure).rejects.toMatchObject({
    code: 1,
    stderr: '\nusage: node scripts/run.mjs demo|start|audit|bench|test|build [arguments]\n',
  });
});

test('an old Node is told which one is needed, before anything else is loaded', async () => {
  const pretend = `Object.defineProperty(process.versions, 'node', { value: '18.20.0' }); import(${JSON.stringify(run)});`;
  const failure = promisify(execFile)(process.execPath, ['-e', pretend]);
  await expect(failure).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('Updraft needs Node 20.19 or newer') });
});
