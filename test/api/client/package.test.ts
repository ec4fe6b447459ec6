import { execFile, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { aTask } from '../../support/builders';
import { administrator } from '../../support/core-parts';
import { aBatch } from '../support/a-batch';
import { startTestApi, type TestApi } from '../support/test-api';

const root = join(__dirname, '../../..');
const folder = join(root, 'client');
const run = promisify(execFile);
let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

/** Runs a program with what is built, as one that has installed the package does. */
async function output(program: string, env: Record<string, string>): Promise<string[]> {
  const options = { cwd: root, env: { PATH: process.env.PATH, URL: api.url, ...env } };
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program], options);
  return stdout.trim().split('\n');
}

test('R-UI-6: the example of its page runs as it stands there', async () => {
  const batchId = await aBatch(api, 'example');
  const task = aTask({ batchId, deviceName: 'meter-7' });
  await api.store.collections.tasks.insertOne(task);
  const [, example = ''] = /^```js\n([\s\S]*?)^```/m.exec(readFileSync(join(folder, 'README.md'), 'utf8')) ?? [];
  expect(example).toContain("url: 'http://127.0.0.1:8080'");
  const program = `const { KEY: key, BATCH: batchId } = process.env;
    const showAll = (tasks) => { console.log('all', ...tasks.map(({ deviceName }) => deviceName)); process.exit(); };
    const show = ({ deviceName }) => console.log(deviceName);
    ${example.replace("'http://127.0.0.1:8080'", 'process.env.URL')}`;
  expect(await output(program, { KEY: api.keys.viewer, BATCH: batchId })).toEqual(['all meter-7']);
});

test('R-UI-6: what is built sends files from Node, and is required by CommonJS', async () => {
  await api.core.products.create(administrator, { key: 'built', name: 'Meters' });
  const program = `import { createReadStream } from 'node:fs';
    import { createRequire } from 'node:module';
    import { createUpdraftClient } from '@updraft/client';
    const updraft = createUpdraftClient({ url: process.env.URL, credentials: { apiKey: process.env.KEY } });
    const { ok } = await updraft.upload(createReadStream('LICENSE'), { filename: 'fw.bin' }).done;
    console.log(ok, createRequire(process.cwd() + '/')('@updraft/client').createUpdraftClient === createUpdraftClient);
    await updraft.close();`;
  expect(await output(program, { KEY: api.keys.operator })).toEqual(['true true']);
});

test('R-UI-6: what is published is the package, whole, and nothing else', () => {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const { stdout, status } = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: folder, encoding: 'utf8' });
  expect(status).toBe(0);
  const files = (JSON.parse(stdout) as { files: { path: string }[] }[])[0]?.files.map(({ path }) => path) ?? [];
  expect(files.filter((path) => !/^(dist\/.+\.(js|d\.ts)|documents\/\w+\.graphql)$/.test(path)).sort()).toEqual([
    ...['LICENSE', 'README.md', 'dist/schema.graphql', 'package.json'],
  ]);
  const named = Object.values<string | Record<string, string>>(manifest.exports).flatMap((one) =>
    typeof one === 'string' ? [one] : Object.values(one),
  );
  for (const path of named) expect(files).toContain(path.replace('./', ''));
  for (const path of files) expect(existsSync(join(folder, path))).toBe(true);
  expect(readFileSync(join(folder, 'dist/schema.graphql'), 'utf8')).toBe(readFileSync(join(root, 'schema/graphql/schema.graphql'), 'utf8'));
  const project = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  expect(manifest).toMatchObject({
    version: project.version,
    license: project.license,
    engines: project.engines,
    publishConfig: { access: 'public' },
  });
});
