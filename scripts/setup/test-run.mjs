import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import process from 'node:process';
import { inProject } from './paths.mjs';
import { say } from './progress.mjs';
import { runForeground } from './run-main.mjs';

const bin = (path) => inProject('node_modules', path);

/** Types, lint and every Jest project; the last line says how many passed and failed, the checks counted as tests. */
export async function runTests(args) {
  const checks = [
    ['types (tsc --noEmit)', [bin('typescript/bin/tsc'), '--noEmit', '-p', 'tsconfig.json']],
    ['types of the console', [bin('typescript/bin/tsc'), '--noEmit', '-p', 'console/tsconfig.json']],
    ['lint and format (biome)', [bin('@biomejs/biome/bin/biome'), 'check', '.']],
  ];
  const sum = { passed: 0, failed: 0 };
  for (const [name, command] of checks) {
    const ok = (await runForeground(process.execPath, command)) === 0;
    say(`${ok ? 'PASS' : 'FAIL'} ${name}`);
    sum[ok ? 'passed' : 'failed'] += 1;
  }
  const jest = await runJest(args);
  process.stdout.write(`${sum.passed + jest.passed} passed, ${sum.failed + jest.failed} failed\n`);
  return sum.failed + jest.failed === 0 ? 0 : 1;
}

async function runJest(args) {
  const report = inProject('.updraft', `jest-${process.pid}.json`);
  mkdirSync(inProject('.updraft'), { recursive: true, mode: 0o700 });
  const code = await runForeground(process.execPath, [bin('jest/bin/jest.js'), '--json', `--outputFile=${report}`, ...args], {
    NODE_ENV: 'test',
  });
  try {
    const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = JSON.parse(readFileSync(report, 'utf8'));
    const failed = numFailedTests + numRuntimeErrorTestSuites;
    // Jest may fail without a failed test, by its set-up for example.
    return { passed: numPassedTests, failed: code !== 0 && failed === 0 ? 1 : failed };
  } catch {
    return { passed: 0, failed: 1 };
  } finally {
    rmSync(report, { force: true });
  }
}
