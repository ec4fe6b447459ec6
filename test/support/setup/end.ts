import { stopServers } from './servers';
import { removeWorkflowBundle } from './workflow-bundle';

export default async function tearDown(): Promise<void> {
  removeWorkflowBundle();
  await stopServers();
}
