import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json, text } from 'node:stream/consumers';
import { buildSchema, getOperationAST, getVariableValues, parse, validate } from 'graphql';
import { projectFiles, read, root } from './project-files';

const schema = buildSchema(read('schema/graphql/schema.graphql'));
const pages = ['README.md', ...projectFiles('docs')].filter((path) => path.endsWith('.md'));
const blocksOf = (language: string) =>
  pages.flatMap((page) =>
    Array.from(read(page).matchAll(new RegExp(`^ *\`\`\`${language}\\n([\\s\\S]*?)^ *\`\`\``, 'gm')), ([, block = '']) => ({
      page,
      block,
    })),
  );
const documents = blocksOf('graphql');
const nameOf = (block: string): string => /^\s*(?:query|mutation|subscription) (\w+)/.exec(block)?.[1] ?? '';
const wrapped = /^gql [A-Z]\w*(?:'[^']*'|\S|[ ])*/gm;
const commands = blocksOf('sh').flatMap(({ page, block }) => (block.match(wrapped) ?? []).map((command) => ({ page, command })));

test('the documents of the pages are named, and the API knows everything in them', () => {
  expect(documents.length).toBeGreaterThan(20);
  const wrong = documents.flatMap(({ page, block }) => [
    ...(nameOf(block) === '' ? [`${page}: no name at ${block.slice(0, 40)}`] : []),
    ...validate(schema, parse(block)).map(({ message }) => `${page}, ${nameOf(block)}: ${message}`),
  ]);
  expect(wrong).toEqual([]);
});

test('a document that stands on two pages is the same on both', () => {
  const firsts = new Map(documents.toReversed().map(({ block }) => [nameOf(block), block]));
  expect(
    documents.filter(({ block }) => firsts.get(nameOf(block)) !== block).map(({ page, block }) => `${page}: ${nameOf(block)}`),
  ).toEqual([]);
});

test('no command holds a document in escaped JSON', () => {
  const escaped = blocksOf('sh').flatMap(({ page, block }) =>
    block
      .split('\n')
      .filter((line) => /\\"|"query"/.test(line))
      .map((line) => `${page}: ${line}`),
  );
  expect(escaped).toEqual([]);
});

test('documents are on the pages of protocols as well, and within lists', () => {
  expect(documents.map(({ block }) => nameOf(block))).toEqual(expect.arrayContaining(['RegisterCells', 'AddKey', 'Registered']));
});

describe('the commands of the pages', () => {
  let server: Server;
  let url: string;
  const asked: { authorization?: string; query: string; variables: Record<string, unknown> }[] = [];
  const paths: (string | undefined)[] = [];
  let answer: unknown = { data: {} };
  beforeAll(async () => {
    server = createServer(async (request, response) => {
      const body = (await json(request)) as { query: string; variables: Record<string, unknown> };
      paths.push(request.url);
      asked.push({ ...body, authorization: request.headers.authorization });
      response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => server.close());

  async function shell(command: string, env: NodeJS.ProcessEnv = { KEY: 'updraft_key', URL: url }) {
    const script = `gql() { '${process.execPath}' docs/examples/gql.mjs "$@"; }\n${command}`;
    const child = spawn('sh', ['-c', script], { cwd: root, env: { PATH: process.env.PATH, BATCH: 'b1', AT: 'x/u1', ...env } });
    const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
    return { code, stdout, stderr };
  }

  test.each(commands.map(({ page, command }) => [page, command.split(' ')[1], command]))(
    '%s: %s sends its document with variables that it takes',
    async (_page, _name, command) => {
      const { code, stderr } = await shell(command, { KEY: 'updraft_key', URL: url, PACKAGE: 'p1' });
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const { authorization, query, variables } = asked.at(-1)!;
      expect(authorization).toBe('Bearer updraft_key');
      const { variableDefinitions = [] } = getOperationAST(parse(query)) ?? {};
      const { errors } = getVariableValues(schema, variableDefinitions, variables);
      expect(errors).toBeUndefined();
    },
  );

  test('say what is wrong with a name, a variable and a pair, and send nothing', async () => {
    const before = asked.length;
    await expect(shell('gql Unknown')).resolves.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^No page has a document Unknown.*CreateBatch/),
    });
    await expect(shell('gql PauseBatch batch=b1')).resolves.toMatchObject({
      code: 1,
      stderr: 'The document has no variable batch. It has: batchId.\n',
    });
    await expect(shell('gql AddKey id=x')).resolves.toMatchObject({ code: 1, stderr: expect.stringContaining('It has: deviceId') });
    await expect(shell('gql PauseBatch b1')).resolves.toMatchObject({ code: 1, stderr: '"b1" is not of the form variable=value.\n' });
    await expect(shell('gql PauseBatch', { URL: url })).resolves.toMatchObject({ code: 1, stderr: expect.stringMatching(/^Usage: KEY=/) });
    expect(asked).toHaveLength(before);
  });

  test('keep text as it is, numbers and truth as they are meant, and end with 1 when the answer is a refusal', async () => {
    await shell(`gql CreateProduct key=007 name='He said "no" \\ 1'`);
    expect(asked.at(-1)?.variables).toEqual({ key: '007', name: 'He said "no" \\ 1' });
    await shell('gql Devices productKey=true online=true');
    expect(asked.at(-1)?.variables).toEqual({ productKey: 'true', online: true });
    answer = { data: { pauseBatch: { userErrors: [{ code: 'BATCH_STATE' }] } } };
    const { code, stdout } = await shell('gql PauseBatch batchId=b1');
    expect([code, JSON.parse(stdout)]).toEqual([1, (answer as { data: unknown }).data]);
    answer = { data: {} };
    await expect(shell('gql PauseBatch batchId=b1', { KEY: 'k', URL: 'http://127.0.0.1:1' })).resolves.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('There is no Updraft to be had at http://127.0.0.1:1'),
    });
    await expect(shell('gql PauseBatch batchId=b1', { KEY: 'k', URL: `${url}/` })).resolves.toMatchObject({ code: 0 });
    expect(paths.at(-1)).toBe('/graphql');
  });
});
