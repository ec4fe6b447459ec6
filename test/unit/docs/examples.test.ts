import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json, text } from 'node:stream/consumers';

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

test.each([
  ['gql.mjs', ['Devices']],
  ['watch-batch.mjs', ['batch']],
  ['fleet.mjs', ['valves', '1']],
  ['follow-tasks.mjs', ['batch']],
])('%s speaks of KEY when KEY has what no key has', (file, args) => {
  for (const KEY of ['updraft_…', 'updraft_1\nupdraft_2']) {
    const { status, stderr } = run(file, args, { KEY, URL: 'http://127.0.0.1:1' });
    expect([status, stderr]).toEqual([1, 'KEY has characters that no key has. Set KEY to an API key of Updraft that is not revoked.\n']);
  }
});

test.each([
  ['device.mjs', ['valves', 'valve-1']],
  ['fleet.mjs', ['valves', '1']],
])('%s says in one line that MQTT_URL is wrong', (file, args) => {
  for (const MQTT_URL of ['127.0.0.1:1883', 'http://127.0.0.1:1883', 'mqtt://', 'mqtt://127.0.0.1:99999', 'nonsense']) {
    const { status, stderr } = run(file, args, { KEY: 'updraft_key', SECRET: 'secret', MQTT_URL });
    expect([status, stderr]).toEqual([1, expect.stringMatching(/^MQTT_URL is .*mqtt:\/\/127\.0\.0\.1:1883 for example\.\n$/)]);
    expect(stderr).toContain(MQTT_URL);
  }
});

test('fleet.mjs starts COUNT devices: of its file, and those that the file lacks are registered', async () => {
  const asked: { deviceName: string }[][] = [];
  const server = createServer(async (request, response) => {
    const { variables } = (await json(request)) as { variables: { input: { devices: { deviceName: string }[] } } };
    asked.push(variables.input.devices);
    const devices = variables.input.devices.map((device) => ({ secret: 's', device }));
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ data: { registerDevices: { devices, userErrors: [] } } }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const cwd = mkdtempSync(join(tmpdir(), 'updraft-fleet-'));
  const started = async (count: string) => {
    const env = { KEY: 'updraft_key', URL, MQTT_URL: 'mqtt://127.0.0.1:1' };
    const child = spawn(process.execPath, [join(root, 'docs/examples/fleet.mjs'), 'valves', count], { cwd, env });
    const [said] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    return [...new Set(said.match(/valve-\d+(?=:)/g))].sort();
  };
  try {
    expect(await started('2')).toEqual(['valve-1', 'valve-2']);
    expect(await started('3')).toEqual(['valve-1', 'valve-2', 'valve-3']);
    expect(await started('1')).toEqual(['valve-1']);
    expect(asked.map((devices) => devices.map(({ deviceName }) => deviceName))).toEqual([['valve-1', 'valve-2'], ['valve-3']]);
  } finally {
    server.close();
    rmSync(cwd, { recursive: true });
  }
});

test.each(['README.md', 'docs/api.md', 'docs/uploads.md'])('no command of %s has a key among its arguments', (file) => {
  const commands = readFileSync(join(root, file), 'utf8').match(/^```sh\n[\s\S]*?^```/gm) ?? [];
  const withKey = commands.join('\n').match(/^.*(\.mjs.*\$KEY|-H "Authorization).*$/gm);
  expect(commands.length).toBeGreaterThan(0);
  expect(withKey).toBeNull();
});
