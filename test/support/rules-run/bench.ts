import { randomUUID } from 'node:crypto';
import type { Worker } from '@temporalio/worker';
import type { CoreParts } from '../../../core/core-parts';
import { createCore } from '../../../core/create-core';
import type { DeviceLink } from '../../../core/ports';
import { DEFAULT_LIMITS } from '../../../schema/model/limits';
import type { Store } from '../../../schema/mongo/connect';
import { createEngine } from '../../../workflows/client';
import { createGatewayWorker, createPlatformWorker } from '../../../workflows/worker';
import { MASTER_KEY, settingsWith } from '../core-parts';
import { fakePackageStore } from '../fakes/package-store';
import { MOST_RENOTIFICATIONS } from '../model-of-the-rules/task-rules';
import { testStore } from '../store';
import { testTemporal, workflowBundle } from '../temporal';
import { Happenings } from './happenings';

/** A policy's minute: what comes *soon* comes in one, or in two; what comes *later* in hundreds. */
export const MINUTE_MS = 300;
export const SOON_MINUTES = 1;
export const LATER_MINUTES = 700;
export const LATEST_MINUTES = 1_400;

/** The gateway of the run: who is connected is what the test says, and what is pushed is counted. */
class CountingLink implements DeviceLink {
  readonly gatewayId = `gw-${randomUUID()}`;
  readonly connected = new Set<string>();
  readonly pushes = new Map<string, number>();

  isConnected(deviceId: string): boolean {
    return this.connected.has(deviceId);
  }

  async notify({ deviceId }: { deviceId: string }): Promise<boolean> {
    this.pushes.set(deviceId, (this.pushes.get(deviceId) ?? 0) + 1);
    return this.connected.has(deviceId);
  }

  /** Of platform-led dialects, which are not here. */
  async queryVersion(): Promise<boolean> {
    return false;
  }
}

/** The real core, store, engine and workflows, and a gateway without sockets: its own tests speak for it. */
export interface Bench {
  parts: CoreParts;
  store: Store;
  link: CountingLink;
  happenings: Happenings;
  stop(): Promise<void>;
}

export async function startBench(): Promise<Bench> {
  const temporal = await testTemporal();
  const store = await testStore();
  const happenings = new Happenings();
  const link = new CountingLink();
  const engine = createEngine({ client: temporal.client, taskQueue: temporal.taskQueue, minuteMs: MINUTE_MS, onWakeFailed: () => {} });
  const limits = {
    ...DEFAULT_LIMITS,
    ...{
      retryIntervalMinutes: [0, SOON_MINUTES, LATER_MINUTES],
      timeoutMaximum: LATEST_MINUTES,
      scheduleStartMinimum: SOON_MINUTES,
      renotifications: MOST_RENOTIFICATIONS,
    },
  };
  const parts = await createCore({
    ...{ store, engine, files: fakePackageStore(), masterKeys: [MASTER_KEY] },
    settings: { ...settingsWith(), limits, minuteMs: MINUTE_MS, reofferMinutes: LATEST_MINUTES, regressionMinutes: LATEST_MINUTES },
  });
  const { connection, namespace, taskQueue } = temporal;
  const decorateActivities = happenings.decorate;
  const worker = await createPlatformWorker({
    ...{ connection, namespace, taskQueue, decorateActivities, workflowBundle: workflowBundle() },
    deps: { lifecycle: parts.lifecycle, tasks: parts.batchTasks, upgrades: parts.upgradeTasks },
  });
  const gateway = await createGatewayWorker({ connection, namespace, decorateActivities }, link.gatewayId, parts.pushOver(link));
  const running = [worker, gateway].map((each: Worker) => each.run());
  return {
    ...{ parts, store, link, happenings },
    async stop() {
      worker.shutdown();
      gateway.shutdown();
      await Promise.all(running);
      await engine.close();
      await parts.close();
      await temporal.close();
      await store.close();
    },
  };
}
