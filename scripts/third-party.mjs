#!/usr/bin/env node
// Writes the package tables of THIRD-PARTY.md anew, from package.json and what is installed. Run it after adding or updating a package.
import { readFileSync, writeFileSync } from 'node:fs';
import { inProject } from './setup/paths.mjs';

const json = (path) => JSON.parse(readFileSync(inProject(path), 'utf8'));

function homeOf({ repository, homepage }) {
  const given = (typeof repository === 'string' ? repository : repository?.url) ?? homepage ?? '';
  const path = /(?:github\.com[/:]|^github:|^)([\w.-]+\/[\w.-]+?)(?:\.git)?(?:#.*)?$/.exec(given)?.[1];
  return path ? `https://github.com/${path}` : given;
}

function table(names) {
  const rows = names.map((name) => {
    const manifest = json(`node_modules/${name}/package.json`);
    return `| ${name} | ${manifest.version} | ${manifest.license} | ${homeOf(manifest)} |`;
  });
  return ['| package | version | licence | home |', '|---|---|---|---|', ...rows].join('\n');
}

// Those of the workspace's packages beside the project's own; the packages themselves are in this repository.
const manifests = [json('package.json'), ...json('package.json').workspaces.map((name) => json(`${name}/package.json`))];
const all = (kind) => {
  const names = new Set(manifests.flatMap((manifest) => Object.keys(manifest[kind] ?? {})));
  return [...names].filter((name) => !name.startsWith('@updraft/')).sort();
};
const run = all('dependencies');
const tables = [table(run), table(all('devDependencies').filter((name) => !run.includes(name)))];
const text = readFileSync(inProject('THIRD-PARTY.md'), 'utf8');
writeFileSync(
  inProject('THIRD-PARTY.md'),
  text.replace(/\| package \| version[\s\S]*?(?=\n\n)/g, () => tables.shift()),
);
