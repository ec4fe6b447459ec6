import { readdirSync } from 'node:fs';
import { Worker } from '@temporalio/worker';
import { HISTORIES, readHistory } from '../support/histories';
import { quietRuntime, workflowBundle } from '../support/temporal';

/** Upgrades and batches in flight survive a deployment: what earlier code decided, this code decides again. */
describe('committed histories replay', () => {
  beforeAll(quietRuntime);
  const names = readdirSync(HISTORIES)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length));

  test('there is a history of each flow', () => {
    expect(names).toEqual(
      expect.arrayContaining([
        'batch-canceled',
        'batch-finished',
        'batch-gateway-late',
        'batch-gateway-silent',
        'batch-iotda',
        'upgrade-iotda-failure',
        'upgrade-iotda-overdue',
        'upgrade-iotda-success',
        'upgrade-iotda-timeout',
        'upgrade-link-failure',
        'upgrade-link-retries',
        'upgrade-link-success',
        'upgrade-link-timeout',
        'upgrade-lwm2m-overdue',
        'upgrade-lwm2m-success',
      ]),
    );
  });

  test.each(names)('%s', async (name) => {
    const options = { workflowBundle: workflowBundle() };
    await expect(Worker.runReplayHistory(options, await readHistory(name), name)).resolves.toBeUndefined();
  });
});
