import { measureSlowness } from './measure-slowness';
import { startServers } from './servers';
import { writeWorkflowBundle } from './workflow-bundle';

/** For tests that need MongoDB, Temporal and the workflows. */
export default async function setUp(): Promise<void> {
  measureSlowness();
  await Promise.all([startServers({ engine: true }), writeWorkflowBundle()]);
}
