import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { isPolled } from '../../server/worker-health';
import { connectTemporal } from '../../workflows/connection';

test('a worker is healthy while its host polls its task queue', async () => {
  const address = process.env.UPDRAFT_TEST_TEMPORAL_ADDRESS as string;
  const queue = { address, namespace: 'default', taskQueue: `health-${randomUUID()}` };
  await expect(isPolled({ ...queue, host: 'here' })).resolves.toBe(false);

  const connection = await connectTemporal({ address });
  const ended = new AbortController();
  const poll = connection.withDeadline(Date.now() + 30_000, () =>
    connection.withAbortSignal(ended.signal, () =>
      connection.workflowService.pollWorkflowTaskQueue({ namespace: 'default', taskQueue: { name: queue.taskQueue }, identity: '1@here' }),
    ),
  );
  const outcome = expect(poll).rejects.toThrow(/cancel/i);
  let polled = false;
  for (let look = 0; look < 1_000 && !polled; look += 1) {
    polled = await isPolled({ ...queue, host: 'here' });
    if (!polled) await delay(50);
  }
  expect(polled).toBe(true);
  await expect(isPolled({ ...queue, host: 'elsewhere' })).resolves.toBe(false);
  ended.abort();
  await outcome;
  await connection.close();
});
