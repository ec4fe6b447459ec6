#!/usr/bin/env node
// node scripts/generate-documents.mjs FOLDER…: for each package, writes src/generated/ from its documents/*.graphql and the checked-in
// schema: a typed document for each operation and each fragment. The console has its documents beside its pages, and a file of types for
// each, so that a page loads its own only. The build calls it.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import process from 'node:process';
import { codegen } from '@graphql-codegen/core';
import * as typedDocumentNode from '@graphql-codegen/typed-document-node';
import * as typescriptOperations from '@graphql-codegen/typescript-operations';
import { buildSchema, GraphQLInputObjectType, getNamedType, parse } from 'graphql';
import { inProject, projectRoot } from './setup/paths.mjs';

const SCHEMA = 'schema/graphql/schema.graphql';
const SHARED = '.fragment.graphql';
const NOTE = '// Generated from the schema and documents/*.graphql by scripts/generate-documents.mjs.\n';

const CONFIG = {
  // A BigInt beyond what a number holds exactly comes as text.
  scalars: { ID: 'string', DateTime: 'string', BigInt: { input: 'number | string', output: 'number | string' } },
  useTypeImports: true,
  enumType: 'string-literal',
  enumsAsTypes: true,
  immutableTypes: true,
  inlineFragmentTypes: 'combine',
  dedupeFragments: true,
  skipTypename: true,
  avoidOptionals: { field: true, inputValue: false },
};

const text = readFileSync(inProject(SCHEMA), 'utf8');
const schemaAst = buildSchema(text);

for (const folder of process.argv.slice(2)) {
  const target = inProject(folder, 'src', 'generated');
  mkdirSync(target, { recursive: true });
  if (folder === 'console') {
    await besidePages(inProject(folder, 'src'), target);
    continue;
  }
  const all = inProject(folder, 'documents');
  writeFileSync(join(target, 'documents.ts'), NOTE + (await typedDocuments(all, documentsIn(all))));
  if (folder === 'client') writeFileSync(join(target, 'repeatable.ts'), NOTE + repeatable());
}

/** @param {string} folder */
function documentsIn(folder) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.graphql'))
    .sort();
}

/**
 * `pages/batch/documents.graphql` becomes `generated/pages/batch/documents.ts`. What several pages ask for is in `*.fragment.graphql`, one
 * fragment a file, named as it is: each page that spreads it has it in its own file.
 */
async function besidePages(source, target) {
  const all = documentsIn(source);
  const shared = all.filter((name) => name.endsWith(SHARED));
  for (const name of all.filter((each) => !each.endsWith(SHARED))) {
    const document = readFileSync(join(source, name), 'utf8');
    const spread = shared.filter((each) => new RegExp(`\\.\\.\\.${basename(each, SHARED)}\\b`).test(document));
    const file = join(target, name.replace(/\.graphql$/, '.ts'));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, NOTE + (await typedDocuments(source, [name, ...spread])));
  }
}

/**
 * @param {string} folder
 * @param {string[]} files
 */
async function typedDocuments(folder, files) {
  const documents = files.map((name) => {
    const path = join(folder, name);
    return { location: relative(projectRoot, path), document: parse(readFileSync(path, 'utf8'), { noLocation: true }) };
  });
  return codegen({
    filename: 'documents.ts',
    schema: parse(text),
    schemaAst,
    documents,
    config: CONFIG,
    plugins: [{ operations: {} }, { documents: {} }],
    pluginMap: { operations: typescriptOperations, documents: typedDocumentNode },
  });
}

/** Mutations that are safe to repeat only with an `idempotencyKey`: the schema says which inputs have one. */
function repeatable() {
  const fields = Object.values(schemaAst.getMutationType()?.getFields() ?? {});
  const keyed = fields.filter(({ args }) => {
    const input = getNamedType(args.find(({ name }) => name === 'input')?.type);
    return input instanceof GraphQLInputObjectType && 'idempotencyKey' in input.getFields();
  });
  const names = keyed.map(({ name }) => `  '${name}',`).join('\n');
  return `export const MUTATIONS_WITH_KEY: ReadonlySet<string> = new Set([\n${names}\n]);\n`;
}
