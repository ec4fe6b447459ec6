import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { BUNDLE_FILE } from './bundle-file';
import { workflowInterceptorModules, workflowsPath } from './workflow-code';

/** Run by the build: bundles the workflows once, so that a worker starts in no time. */
async function main(): Promise<void> {
  const { code } = await bundleWorkflowCode({ workflowsPath, workflowInterceptorModules, logger: new DefaultLogger('WARN') });
  await writeFile(resolve(__dirname, BUNDLE_FILE), code);
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
