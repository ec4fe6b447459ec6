import type { Client } from '@temporalio/client';
import type { Store } from '../schema/mongo/connect';

/** Null when both stores answer, otherwise what does not, in words. */
export async function whatIsMissing({ connection }: Store, client: Client): Promise<string | null> {
  const [mongo, temporal] = await Promise.allSettled([
    connection.db?.command({ ping: 1 }) ?? Promise.reject(new Error('closed')),
    client.connection.workflowService.getSystemInfo({}),
  ]);
  if (mongo.status === 'rejected') return 'MongoDB does not answer';
  return temporal.status === 'rejected' ? 'Temporal does not answer' : null;
}
