import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { workflowInterceptorModules, workflowsPath } from '../../../workflows/workflow-code';

let directory: string | undefined;

/** Bundles the workflows of the sources once for all test files of the run, each of which would take seconds for it. */
export async function writeWorkflowBundle(): Promise<void> {
  const { code } = await bundleWorkflowCode({ workflowsPath, workflowInterceptorModules, logger: new DefaultLogger('ERROR') });
  directory = mkdtempSync(join(tmpdir(), 'updraft-test-workflows-'));
  const file = join(directory, 'bundle.js');
  writeFileSync(file, code);
  process.env.TEST_WORKFLOW_BUNDLE = file;
}

export function removeWorkflowBundle(): void {
  if (directory) rmSync(directory, { recursive: true, force: true });
  directory = undefined;
}
