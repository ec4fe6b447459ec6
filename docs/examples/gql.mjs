// KEY=… node docs/examples/gql.mjs DOCUMENT [variable=value …]: sends a GraphQL document and prints what comes back.
// DOCUMENT is the name of one in README.md or docs/, or a file of your own with one in it. Lists and objects are given as JSON.
// The key comes from the environment, because other users of the machine can read command lines. URL names another Updraft.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'graphql';
import { apiAddress, checkedKey, fail, helpIfAsked } from './common.mjs';

const USAGE = 'Usage: KEY=<API key> [URL=http://127.0.0.1:8080] node docs/examples/gql.mjs DOCUMENT [variable=value …]';
const [wanted, ...given] = process.argv.slice(2);
helpIfAsked(USAGE);
if (!process.env.KEY || !wanted) fail(USAGE);
const key = checkedKey(process.env.KEY);
const url = apiAddress();

const query = statSync(wanted, { throwIfNoEntry: false })?.isFile() ? readFileSync(wanted, 'utf8') : documentNamed(wanted);
const body = JSON.stringify({ query, variables: variablesOf(query, given) });
const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
const signal = AbortSignal.timeout(60_000);
const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body, signal }).catch((error) =>
  fail(`There is no Updraft to be had at ${url} (${error.cause?.code ?? error.message}). Is it running, and is URL its address?`),
);
const { data, errors } = await response.json().catch(() => fail(`${url} is no Updraft: it answered ${response.status} and no JSON.`));
console.log(JSON.stringify(errors ? { errors, data } : data, null, 2));
if (errors || Object.values(data).some((answer) => answer?.userErrors?.length > 0)) process.exitCode = 1;

function documentNamed(name) {
  const docs = join(import.meta.dirname, '..');
  const files = readdirSync(docs, { recursive: true }).map((file) => join(docs, file));
  const pages = [join(docs, '../README.md'), ...files].filter((file) => file.endsWith('.md'));
  const documents = pages.flatMap((page) =>
    [...readFileSync(page, 'utf8').matchAll(/^ *```graphql\n([\s\S]*?)^ *```/gm)].map(([, text]) => text),
  );
  const nameOf = (text) => /^\s*(?:query|mutation) (\w+)/.exec(text)?.[1];
  return (
    documents.find((text) => nameOf(text) === name) ??
    fail(
      `No page has a document ${name}, and there is no such file. There are: ${[...new Set(documents.map(nameOf))].filter(Boolean).sort().join(', ')}.`,
    )
  );
}

/** Text stays text where the document wants text; everything else is JSON, or the name of something. */
function variablesOf(text, pairs) {
  const { variableDefinitions = [] } = operationIn(text);
  const types = new Map(variableDefinitions.map(({ variable, type }) => [variable.name.value, innermost(type)]));
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, name, value] = /^(\w+)=([\s\S]*)$/.exec(pair) ?? fail(`"${pair}" is not of the form variable=value.`);
      if (!types.has(name)) fail(`The document has no variable ${name}. It has: ${[...types.keys()].join(', ') || 'none'}.`);
      return [name, ['ID', 'String'].includes(types.get(name)) ? value : jsonOr(value)];
    }),
  );
}

function operationIn(text) {
  try {
    return parse(text).definitions.find(({ kind }) => kind === 'OperationDefinition') ?? {};
  } catch (error) {
    return fail(`${wanted} is no GraphQL document: ${error.message}`);
  }
}

/** Empty for a list: its value is JSON, whatever is in it. */
function innermost(type) {
  return type.kind === 'NonNullType' ? innermost(type.type) : (type.name?.value ?? '');
}

function jsonOr(value) {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
