import { measureSlowness } from './measure-slowness';
import { startServers } from './servers';

/** For tests that need MongoDB. */
export default async function setUp(): Promise<void> {
  measureSlowness();
  await startServers({ engine: false });
}
