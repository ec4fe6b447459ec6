import { randomUUID } from 'node:crypto';
import { temporal as proto } from '@temporalio/proto';
import { deviceIdOf, taskIdOf, upgradeWorkflowId } from '../../schema/model/ids';
import type { UpgradeInput } from '../../schema/model/task/upgrade';
import { createEngine } from '../../workflows/client';
import type { UpgradeActivities } from '../../workflows/upgrade/activities';
import { saveHistory } from '../support/histories';
import { type TestTemporal, testTemporal } from '../support/temporal';

const { EventType } = proto.api.enums.v1;
const MINUTE_MS = 20;

/** Events of an upgrade without a retry: it starts with the device's acceptance, and is told of its end. */
const EVENTS = [
  'WORKFLOW_EXECUTION_STARTED',
  'WORKFLOW_EXECUTION_SIGNALED',
  'WORKFLOW_TASK_SCHEDULED',
  'WORKFLOW_TASK_STARTED',
  'WORKFLOW_TASK_COMPLETED',
  'TIMER_STARTED',
  'WORKFLOW_EXECUTION_SIGNALED',
  'WORKFLOW_TASK_SCHEDULED',
  'WORKFLOW_TASK_STARTED',
  'WORKFLOW_TASK_COMPLETED',
  'TIMER_CANCELED',
  'WORKFLOW_EXECUTION_COMPLETED',
];

describe('the upgrade workflow of an LwM2M device (R-FLOW-3)', () => {
  let temporal: TestTemporal;
  let engine: ReturnType<typeof createEngine>;
  let until = 0;
  const looks: string[] = [];
  const activities: UpgradeActivities = {
    checkWait: async ({ taskId }) => {
      looks.push(taskId);
      return until > Date.now() ? { until, firstProgressAt: null } : null;
    },
    failAttempt: async () => false,
    timeOut: async () => undefined,
    readUpgrade: async () => null,
  };
  beforeAll(async () => {
    temporal = await testTemporal();
    await temporal.work(activities);
    engine = createEngine({ client: temporal.client, taskQueue: temporal.taskQueue, minuteMs: MINUTE_MS, onWakeFailed: () => {} });
  });
  afterAll(async () => {
    await engine.close();
    await temporal.close();
  });

  function newUpgrade(minutes: number): UpgradeInput {
    const deviceId = deviceIdOf(`pk${randomUUID().slice(0, 8)}`, 'meter-1');
    const batchId = randomUUID();
    return {
      ...{ taskId: taskIdOf(batchId, deviceId), batchId, deviceId, module: 'default', attempt: 1, retry: null, timeoutMinutes: null },
      ...{ firstProgressAt: null, minuteMs: MINUTE_MS, dialect: 'LWM2M', versionMinutes: minutes },
    };
  }
  const handleOf = ({ deviceId, module }: UpgradeInput) => temporal.client.workflow.getHandle(upgradeWorkflowId(deviceId, module));
  const begin = (upgrade: UpgradeInput) => engine.report(upgrade, { kind: 'check', attempt: upgrade.attempt });
  /** The events, without the turns that a machine which stood still has begun and begun again. */
  async function eventsOf(upgrade: UpgradeInput): Promise<string[]> {
    const events = (await handleOf(upgrade).fetchHistory()).events ?? [];
    const lost = events.flatMap(({ eventId, workflowTaskTimedOutEventAttributes: of }) =>
      of ? [eventId, of.scheduledEventId, of.startedEventId].map(String) : [],
    );
    return events
      .filter(({ eventId }) => !lost.includes(String(eventId)))
      .map(({ eventType }) => EventType[eventType ?? 0]?.replace('EVENT_TYPE_', '') ?? '');
  }
  /** It has taken what it was told, and waits. */
  async function waits(upgrade: UpgradeInput): Promise<void> {
    while (!(await eventsOf(upgrade)).includes('TIMER_STARTED'));
  }

  test('R-TASK-2 an upgrade without a retry is two signals, twelve events and no activity', async () => {
    const upgrade = newUpgrade(60_000);
    await begin(upgrade);
    await waits(upgrade);
    await engine.tellEnded({ ...upgrade, _id: upgrade.taskId });
    await handleOf(upgrade).result();
    expect(await eventsOf(upgrade)).toEqual(EVENTS);
    expect(looks).not.toContain(upgrade.taskId);
    await saveHistory(handleOf(upgrade), 'upgrade-lwm2m-success');
  });

  test('R-TASK-10 each look at the store is six events at most', async () => {
    const upgrade = newUpgrade(1);
    until = Date.now() + 60_000;
    await begin(upgrade);
    while (!looks.includes(upgrade.taskId)) await new Promise((resolve) => setImmediate(resolve));
    await engine.tellEnded({ ...upgrade, _id: upgrade.taskId });
    await handleOf(upgrade).result();
    const seen = looks.filter((taskId) => taskId === upgrade.taskId).length;
    expect((await eventsOf(upgrade)).length).toBeLessThanOrEqual(EVENTS.length + 6 * seen);
    await saveHistory(handleOf(upgrade), 'upgrade-lwm2m-overdue');
  });
});
