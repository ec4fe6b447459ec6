import { setTimeout as delay } from 'node:timers/promises';
import { patience } from '../devices/patience';
import type { Rules } from '../model-of-the-rules/rules';
import { MINUTE_MS, SOON_MINUTES } from './bench';
import type { World } from './world';

const line = (...words: unknown[]): string => words.join(' ');

function asTheRulesSay({ batches, tasks, devices }: Rules): string[] {
  return [
    ...batches.map(({ number, status }) => line('batch', number, status)),
    ...tasks.map(({ batch, device, status, cause, attempt, notifications }) =>
      line('task of', device.name, 'in batch', batch.number, status, cause ?? '-', 'attempt', attempt, 'notified', notifications),
    ),
    ...devices.map((device) => {
      const pushes = tasks.filter((task) => task.device === device).reduce((sum, task) => sum + task.pushes, 0);
      return line(device.name, device.online ? 'on-line' : 'off-line', device.version ?? '-', 'pushed to', pushes, 'times');
    }),
  ];
}

async function asItIs({ bench, productKey, batchIds, idOf }: World, { devices }: Rules): Promise<string[]> {
  const { batches, tasks, devices: stored } = bench.store.collections;
  const [ofBatches, ofTasks, ofDevices] = await Promise.all([
    batches.find({ productKey }).toArray(),
    tasks.find({ productKey }).toArray(),
    stored.find({ productKey }).toArray(),
  ]);
  return [
    ...ofBatches.map(({ _id, status }) => line('batch', batchIds.indexOf(_id), status)),
    ...ofTasks.map(({ deviceName, batchId, status, cause, attempt, notifications }) =>
      line(
        'task of',
        deviceName,
        'in batch',
        batchIds.indexOf(batchId),
        status,
        cause ?? '-',
        'attempt',
        attempt,
        'notified',
        notifications,
      ),
    ),
    ...devices.map((device) => {
      const now = ofDevices.find(({ _id }) => _id === idOf(device));
      const pushes = bench.link.pushes.get(idOf(device)) ?? 0;
      return line(device.name, now?.online ? 'on-line' : 'off-line', now?.modules.default?.version ?? '-', 'pushed to', pushes, 'times');
    }),
  ];
}

/** What comes soon has come before anything else happens: also a retry that nothing is pushed for. Milliseconds, null with none to wait for. */
async function untilSoon({ bench, productKey }: World): Promise<number | null> {
  const now = Date.now();
  const soon = { $gt: new Date(now), $lt: new Date(now + 10 * SOON_MINUTES * MINUTE_MS) };
  const waiting = await bench.store.collections.tasks.find({ productKey, active: true, retryAt: soon }).toArray();
  return waiting.length === 0 ? null : Math.max(...waiting.map(({ retryAt }) => Number(retryAt))) - now + 1;
}

/** An end to waiting, not a measure. */
const TIMEOUT_MS = 60_000;

/** Looks again after each thing that happens, until the platform is as the rules say; throws with the difference when it stays another. */
export async function agree(world: World, rules: Rules): Promise<void> {
  const { happenings } = world.bench;
  const end = Date.now() + patience(TIMEOUT_MS);
  const expected = asTheRulesSay(rules);
  for (;;) {
    const seen = happenings.count;
    const found = await asItIs(world, rules);
    const missing = expected.filter((each) => !found.includes(each));
    const extra = found.filter((each) => !expected.includes(each));
    if (missing.length + extra.length === 0) {
      const wait = await untilSoon(world);
      if (wait === null) return;
      await delay(wait);
      continue;
    }
    if (await happenings.after(seen, end)) continue;
    throw new Error(['By the rules:', ...missing, 'But:', ...extra].join('\n  '));
  }
}
