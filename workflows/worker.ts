import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { type NativeConnection, Worker } from '@temporalio/worker';
import type { UpgradeTasks } from '../core/tasks/upgrade-tasks';
import { gatewayQueue } from '../schema/model/ids';
import { type BatchActivityDeps, createBatchActivities } from './batch/activities';
import { BEAT_THROTTLE, createGatewayActivities, type GatewayActivities } from './batch/gateway-activities';
import { BUNDLE_FILE } from './bundle-file';
import { type ActivityLog, correlatedActivities } from './correlation/activities';
import { createUpgradeActivities } from './upgrade/activities';
import { workflowInterceptorModules, workflowsPath } from './workflow-code';

/** Puts something around every activity of a worker: what a test makes fail, a service measures. Names and types stay. */
export type DecorateActivities = <A extends object>(activities: A) => A;

const asTheyAre: DecorateActivities = (activities) => activities;

export interface WorkerOptions {
  connection: NativeConnection;
  namespace: string;
  taskQueue: string;
  deps: BatchActivityDeps & { upgrades: UpgradeTasks };
  /** For tests, which bundle once for many workers. */
  workflowBundle?: { codePath: string };
  decorateActivities?: DecorateActivities;
  /** Of what its activities have done. */
  log?: ActivityLog;
}

/** Runs workflows and their store activities. One workflow thread: the engine, not this process, is what is busy. */
export function createPlatformWorker({
  connection,
  namespace,
  taskQueue,
  deps,
  workflowBundle,
  decorateActivities = asTheyAre,
  log,
}: WorkerOptions): Promise<Worker> {
  const { workflowModules, ...source } = workflowBundle ? { workflowBundle } : workflowSource();
  return Worker.create({
    connection,
    namespace,
    taskQueue,
    ...source,
    interceptors: { activity: [correlatedActivities(log)], workflowModules },
    activities: decorateActivities({ ...createBatchActivities(deps), ...createUpgradeActivities(deps.upgrades) }),
    maxCachedWorkflows: 2_000,
    workflowThreadPoolSize: 1,
    maxConcurrentWorkflowTaskExecutions: 100,
    maxConcurrentLocalActivityExecutions: 100,
    shutdownGraceTime: '10s',
  });
}

/** Runs what must leave from this gateway's connections. */
export function createGatewayWorker(
  {
    connection,
    namespace,
    decorateActivities = asTheyAre,
    log,
  }: Pick<WorkerOptions, 'connection' | 'namespace' | 'decorateActivities' | 'log'>,
  gatewayId: string,
  push: Parameters<typeof createGatewayActivities>[0],
): Promise<Worker> {
  const activities: GatewayActivities = decorateActivities(createGatewayActivities(push));
  return Worker.create({
    connection,
    namespace,
    taskQueue: gatewayQueue(gatewayId),
    activities,
    interceptors: { activity: [correlatedActivities(log)] },
    shutdownGraceTime: '10s',
    maxHeartbeatThrottleInterval: BEAT_THROTTLE,
  });
}

/** The bundle made by the build when there is one; else Temporal bundles the sources itself, which takes seconds. */
function workflowSource(): { workflowBundle?: { codePath: string }; workflowsPath?: string; workflowModules?: string[] } {
  const codePath = resolve(__dirname, BUNDLE_FILE);
  return existsSync(codePath) ? { workflowBundle: { codePath } } : { workflowsPath, workflowModules: workflowInterceptorModules };
}
