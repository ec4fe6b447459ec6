import { randomBytes, randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import pino from 'pino';
import type { Viewer } from '../../core/access/viewer';
import type { Core, NewStaticBatch } from '../../core/core';
import type { Batch, BatchPolicy } from '../../schema/model/batch';
import type { FirmwarePackage } from '../../schema/model/fleet';
import { isActive, type Task, type TaskStatus } from '../../schema/model/task';
import { type Config, readConfig } from '../../server/config';
import { type Platform, startPlatform } from '../../server/platform';
import { createFleet, type Fleet } from './devices/fleet';
import type { LinkDeviceDescription, LinkDeviceSettings } from './devices/link-device';

export const ADMIN: Viewer = { keyId: 'test', name: 'test', role: 'ADMINISTRATOR' };
export const POLICY: BatchPolicy = { rate: { kind: 'constant', perMinute: 10_000 }, retry: null, timeoutMinutes: null };

export type DeviceOf = Partial<Omit<LinkDeviceDescription, 'productKey' | 'secret'>>;

/** The settings of a whole platform on the servers of the test run, with a database and a task queue of its own. */
export function testEnvironment(overrides: Record<string, string> = {}): Record<string, string> {
  const { UPDRAFT_TEST_MONGODB_URI: mongo = '', UPDRAFT_TEST_TEMPORAL_ADDRESS: temporal = '' } = process.env;
  const id = randomUUID().slice(0, 8);
  const uri = new URL(mongo);
  uri.pathname = `/updraft-test-${id}`;
  return {
    MONGODB_URI: uri.href,
    TEMPORAL_ADDRESS: temporal,
    TEMPORAL_TASK_QUEUE: `test-${id}`,
    UPDRAFT_GATEWAY_ID: `gw-${id}`,
    UPDRAFT_HTTP_PORT: '0',
    UPDRAFT_MQTT_PORT: '0',
    UPDRAFT_DATA_DIR: `.updraft/test-${id}`,
    UPDRAFT_LOG_LEVEL: process.env.UPDRAFT_TEST_LOG ?? 'silent',
    UPDRAFT_SETTLE_MS: '200',
    ...overrides,
  };
}

export interface Updraft {
  platform: Platform;
  config: Config;
  core: Core;
  productKey: string;
  package(version: string, size?: number): Promise<FirmwarePackage>;
  /** Registers and starts virtual devices; each begins at version 1.0.0. */
  fleet(devices: DeviceOf[], settings?: Partial<LinkDeviceSettings>): Promise<Fleet>;
  push(firmware: FirmwarePackage, policy?: Partial<BatchPolicy>, more?: Partial<NewStaticBatch>): Promise<Batch>;
  tasks(batch: Batch): Promise<Task[]>;
  /** Waits until every task of the batch has ended; the test's own limit is the end of the wait. */
  settled(batch: Batch): Promise<Record<string, TaskStatus>>;
  until<T>(look: () => Promise<T | null | undefined | false>): Promise<T>;
  stop(): Promise<void>;
}

/** The real platform, in this process, over real servers and sockets. */
export async function startUpdraft(overrides: Record<string, string> = {}): Promise<Updraft> {
  const config = readConfig(testEnvironment(overrides));
  const platform = await startPlatform(config, pino({ level: config.log.level }));
  return harness(platform, config);
}

async function harness(platform: Platform, config: Config): Promise<Updraft> {
  const { core } = platform.parts;
  const productKey = `pk${randomBytes(4).toString('hex')}`;
  await core.products.create(ADMIN, { key: productKey, name: 'Test meters' });
  const fleets: Fleet[] = [];
  const tasksOf = async (batch: Batch): Promise<Task[]> => {
    const tasks: Task[] = [];
    for (let after: string | null = null; ; ) {
      const page = await core.tasks.list({ batchId: batch._id }, { first: 100, after });
      tasks.push(...page.rows.map(({ node }) => node));
      after = page.rows.at(-1)?.cursor ?? null;
      if (!page.hasNextPage) return tasks;
    }
  };
  const until = async <T>(look: () => Promise<T | null | undefined | false>): Promise<T> => {
    for (;;) {
      const seen = await look();
      if (seen) return seen;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  return {
    platform,
    config,
    core,
    productKey,
    until,
    package: (version, size = 4_096) =>
      core.packages.create(
        ADMIN,
        { productKey, name: `fw_${version.replaceAll('.', '_')}`, version },
        {
          name: 'fw.bin',
          stream: Readable.from([randomBytes(size)]),
        },
      ),
    async fleet(devices, settings = {}) {
      const named = devices.map((device, index) => ({ deviceName: `meter-${index}`, version: '1.0.0', ...device }));
      const registered = await core.devices.register(
        ADMIN,
        productKey,
        named.map(({ deviceName }) => ({ deviceName })),
      );
      const described = named.map((device, index) => ({ ...device, productKey, secret: registered[index]?.secret ?? '' }));
      const fleet = createFleet({
        mqttUrl: platform.mqttUrl ?? '',
        pacing: { installMs: 10, rebootMs: 10 },
        ...settings,
        devices: described,
      });
      fleets.push(fleet);
      const { failed } = await fleet.start();
      if (failed.length > 0) throw new Error(`devices could not connect: ${JSON.stringify(failed.slice(0, 3))}`);
      return fleet;
    },
    push: (firmware, policy = {}, more = {}) =>
      core.batches.createStatic(ADMIN, { packageId: firmware._id, scope: { kind: 'all' }, policy: { ...POLICY, ...policy }, ...more }),
    tasks: tasksOf,
    async settled(batch) {
      await until(async () => ['FINISHED', 'CANCELED', 'FAILED'].includes((await core.batches.get(batch._id))?.status ?? ''));
      const tasks = await until(async () => {
        const all = await tasksOf(batch);
        return all.every(({ status }) => !isActive(status)) && all;
      });
      return Object.fromEntries(tasks.map(({ deviceName, status }) => [deviceName, status]));
    },
    async stop() {
      await Promise.all(fleets.map((fleet) => fleet.stop()));
      await platform.stop();
    },
  };
}
