import type { Client } from '@temporalio/client';
import type { Store } from '../schema/mongo/connect';

/** Null when both stores answer, and the broker of the devices where this process needs one; otherwise what does not, in words. */
export async function whatIsMissing(
  { connection }: Store,
  client: Client,
  gateway: { readonly connected: boolean } | null = null,
): Promise<string | null> {
  const [mongo, temporal] = await Promise.allSettled([
    connection.db?.command({ ping: 1 }) ?? Promise.reject(new Error('closed')),
    client.connection.workflowService.getSystemInfo({}),
  ]);
  if (mongo.status === 'rejected') return 'MongoDB does not answer';
  if (temporal.status === 'rejected') return 'Temporal does not answer';
  return gateway?.connected === false ? 'There is no connection to the MQTT broker of the devices' : null;
}
