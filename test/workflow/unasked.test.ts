import { randomUUID } from 'node:crypto';
import { Worker } from '@temporalio/worker';
import { batchWorkflowId, deviceIdOf, gatewayQueue, taskIdOf, upgradeWorkflowId } from '../../schema/model/ids';
import type { UpgradeInput } from '../../schema/model/task/upgrade';
import { createEngine } from '../../workflows/client';
import { saveHistory } from '../support/histories';
import { RecordedBatch } from '../support/recorded-batch';
import { testTemporal } from '../support/temporal';

/** Platform-led: a batch starts workflows beside its questions, and may be stopped before it has asked all. */
test.each(['asks only one', 'fails'])(
  'R-FLOW-2 upgrades of devices that were not asked end at once: a gateway that %s',
  async (gatewayThat) => {
    const temporal = await testTemporal();
    const world = new RecordedBatch(`gw-${randomUUID()}`, []);
    const batchId = randomUUID();
    const inputs = ['asked', 'unasked-1', 'unasked-2'].map((name): UpgradeInput => {
      const deviceId = deviceIdOf(`pk${batchId.slice(0, 8)}`, name);
      return {
        ...{ taskId: taskIdOf(batchId, deviceId), batchId, deviceId, module: 'default', attempt: 1, retry: null, timeoutMinutes: null },
        ...{ firstProgressAt: null, minuteMs: 60_000, dialect: 'IOTDA', versionMinutes: 3 },
      };
    });
    const [first] = inputs;
    if (!first) throw new Error('no device');
    const asked = inputs.map(({ taskId }) => taskId);
    let rounds = 0;
    await temporal.work({
      ...world,
      async findDueTasks() {
        rounds += 1;
        const groups = rounds === 1 ? [{ gatewayId: world.gatewayId, taskIds: [], asked, starting: inputs }] : [];
        return { groups, nextDueAt: null, open: rounds === 1 };
      },
      findUnasked: async (taskIds: string[]) => taskIds.filter((id) => id !== first.taskId),
      // What the store says of those who look.
      checkWait: async () => null,
    });
    const gateway = await Worker.create({
      connection: temporal.connection,
      taskQueue: gatewayQueue(world.gatewayId),
      activities: {
        offerTasks: async () => {
          if (gatewayThat === 'fails') throw new Error('the socket is on fire');
          return 1;
        },
      },
      shutdownGraceTime: '1s',
    });
    const gatewayDone = gateway.run();
    const engine = createEngine({ client: temporal.client, taskQueue: temporal.taskQueue, minuteMs: 60_000, onWakeFailed: () => {} });
    const upgrade = ({ deviceId }: UpgradeInput) => temporal.client.workflow.getHandle(upgradeWorkflowId(deviceId, 'default'));
    await engine.startBatch(batchId);
    const batch = temporal.client.workflow.getHandle(batchWorkflowId(batchId));
    await batch.result();
    for (const input of inputs.slice(1)) await upgrade(input).result();
    expect((await upgrade(first).describe()).status.name).toBe('RUNNING');
    if (gatewayThat !== 'fails') await saveHistory(batch, 'batch-iotda-unasked');
    await engine.tellEnded({ ...first, _id: first.taskId });
    await upgrade(first).result();
    await engine.close();
    gateway.shutdown();
    await gatewayDone;
    await temporal.close();
  },
);
