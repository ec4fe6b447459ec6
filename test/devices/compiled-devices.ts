import { mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { transformSync } from '@swc/core';

/** Compiles the virtual devices aside and returns the entry of the fleet's process: a child process runs no TypeScript. */
export function compileFleetProcess(): string {
  const sources = resolve(__dirname, '../support/devices');
  const target = mkdtempSync(join(tmpdir(), 'updraft-devices-'));
  for (const name of readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))) {
    const options = { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } } as const;
    const { code } = transformSync(readFileSync(join(sources, name), 'utf8'), { ...options, swcrc: false });
    const compiled = join(target, name.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(compiled), { recursive: true });
    writeFileSync(compiled, code);
  }
  symlinkSync(resolve(__dirname, '../../node_modules'), join(target, 'node_modules'));
  return join(target, 'fleet-process.js');
}
