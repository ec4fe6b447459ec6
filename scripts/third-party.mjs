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

function table(dependencies) {
  const rows = Object.keys(dependencies).map((name) => {
    const manifest = json(`node_modules/${name}/package.json`);
    return `| ${name} | ${manifest.version} | ${manifest.license} | ${homeOf(manifest)} |`;
  });
  return ['| package | version | licence | home |', '|---|---|---|---|', ...rows].join('\n');
}

const { dependencies, devDependencies } = json('package.json');
const tables = [table(dependencies), table(devDependencies)];
const text = readFileSync(inProject('THIRD-PARTY.md'), 'utf8');
writeFileSync(
  inProject('THIRD-PARTY.md'),
  text.replace(/\| package \| version[\s\S]*?(?=\n\n)/g, () => tables.shift()),
);
