import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../../..');
const run = (file: string, args: string[], env: NodeJS.ProcessEnv = {}) =>
  spawnSync(process.execPath, [join(root, 'docs/examples', file), ...args], { encoding: 'utf8', env, timeout: 60_000 });

const PROGRAMS = ['device.mjs', 'fleet.mjs', 'gql.mjs', 'watch-batch.mjs', 'follow-tasks.mjs', 'follow-tasks-apollo.mjs'];

test.each(PROGRAMS)('%s says how it is used when it is given nothing, or asked', (file) => {
  const { status, stderr } = run(file, []);
  expect(status).toBe(1);
  expect(stderr).toMatch(/^Usage: (KEY|SECRET)=.*\n$/);
  for (const option of ['--help', '-h']) {
    const asked = run(file, [option]);
    expect([asked.status, asked.stdout]).toEqual([0, stderr]);
  }
});

test.each([
  ['fleet.mjs', ['valves', '20', '--fualty']],
  ['fleet.mjs', ['valves', 'twenty']],
  ['watch-batch.mjs', ['batch', '--faulty']],
  ['follow-tasks.mjs', ['']],
])('%s refuses %j', (file, args) => {
  const { status, stderr } = run(file, args, { KEY: 'updraft_key' });
  expect([status, stderr]).toEqual([1, expect.stringMatching(/^Usage: /)]);
});

test.each(['http://127.0.0.1:1', 'nonsense'])('watch-batch.mjs says in one line that no Updraft is at %s', (url) => {
  const { status, stderr } = run('watch-batch.mjs', ['batch'], { KEY: 'updraft_key', URL: url });
  expect(status).toBe(1);
  expect(stderr).toContain(url);
  expect(stderr.trim().split('\n')).toHaveLength(1);
});

test.each(['README.md', 'docs/api.md', 'docs/uploads.md'])('no command of %s has a key among its arguments', (file) => {
  const commands = readFileSync(join(root, file), 'utf8').match(/^```sh\n[\s\S]*?^```/gm) ?? [];
  const withKey = commands.join('\n').match(/^.*(\.mjs.*\$KEY|-H "Authorization).*$/gm);
  expect(commands.length).toBeGreaterThan(0);
  expect(withKey).toBeNull();
});
