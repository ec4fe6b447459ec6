import { randomBytes, randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import pino, { type Logger } from 'pino';
import { connectStore, type Store } from '../../schema/mongo/connect';
import { type Config, readConfig } from '../../server/config';
import { type Platform, type PlatformOptions, startPlatform } from '../../server/platform';
import { quietRuntime, workflowBundle } from './temporal';
import { createDriver, type Driver } from './updraft-driver';

export { ADMIN, type DeviceOf, POLICY } from './updraft-driver';

/** How long a device may take to answer in a test that does not look at this wait: a minute may be shortened, a busy machine is not faster for it. */
const ANSWER_MS = 120_000;
/** The least time until a push that had no reaction is repeated, in tests that count pushes: a device that is only slow is not pushed to twice. */
const REPEAT_MS = 60_000;
const REPEAT_MINUTES = 10;
const LWM2M_ANSWERS = ['VERSION', 'SIGNAL', 'START', 'DOWNLOAD', 'UPDATE', 'RESULT', 'CHECK'];

/** The waits for devices whose upgrades the platform leads in shortened minutes, long enough for `ANSWER_MS`. */
function patientWaits(minuteMs: number, coap: boolean): Record<string, string> {
  const minutes = Math.min(1_440, Math.ceil(ANSWER_MS / minuteMs));
  return {
    UPDRAFT_IOTDA_VERSION_MINUTES: `${minutes}`,
    UPDRAFT_IOTDA_DOWNLOAD_MINUTES: `${Math.max(minutes, 1_440)}`,
    // LwM2M devices are asked again by it, and tests of them wait for that.
    ...(!coap && { UPDRAFT_REOFFER_MINUTES: `${Math.min(1_440, Math.max(REPEAT_MINUTES, Math.ceil(REPEAT_MS / minuteMs)))}` }),
    ...Object.fromEntries(LWM2M_ANSWERS.map((wait) => [`UPDRAFT_LWM2M_${wait}_MINUTES`, `${minutes}`])),
  };
}

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
    UPDRAFT_MQTTS_PORT: 'off',
    UPDRAFT_COAP_PORT: 'off',
    UPDRAFT_COAPS_PORT: 'off',
    UPDRAFT_DATA_DIR: `.updraft/test-${id}`,
    UPDRAFT_MASTER_KEY: '07'.repeat(32),
    UPDRAFT_LOG_LEVEL: process.env.UPDRAFT_TEST_LOG ?? 'silent',
    UPDRAFT_SETTLE_MS: '200',
    ...(overrides.UPDRAFT_MINUTE_MS && patientWaits(Number(overrides.UPDRAFT_MINUTE_MS), Boolean(overrides.UPDRAFT_COAP_PORT))),
    ...overrides,
  };
}

export interface Updraft extends Driver {
  platform: Platform;
  config: Config;
  /** What the platform stores in, from outside: to look, and to make happen what no API allows. */
  store: Store;
  /** Of the CA that signed the listeners' certificate, where they speak TLS. */
  caFile: string;
  /** And removes what it kept. */
  stop(): Promise<void>;
}

/** The real platform, in this process, over real servers and sockets. */
export async function startUpdraft(
  overrides: Record<string, string> = {},
  { logger, ...options }: PlatformOptions & { logger?: Logger } = {},
): Promise<Updraft> {
  quietRuntime();
  const config = readConfig(testEnvironment(overrides));
  const platform = await startPlatform(config, logger ?? pino({ level: config.log.level }), {
    workflowBundle: workflowBundle(),
    ...options,
  });
  const store = await connectStore(platform.mongoUri, { dbName: databaseOf(platform.mongoUri) });
  const productKey = `pk${randomBytes(4).toString('hex')}`;
  const driver = await createDriver({
    core: platform.parts.core,
    productKey,
    mqttUrl: platform.mqttUrl ?? '',
    downloads: !!platform.apiUrl,
  });
  return {
    ...driver,
    platform,
    config,
    store,
    caFile: join(config.dataDir, 'tls/ca.pem'),
    async stop() {
      await driver.stopFleets();
      await platform.stop();
      if (config.mongodbUri) await store.connection.dropDatabase();
      await store.close();
      await rm(config.dataDir, { recursive: true, force: true });
    },
  };
}

export const databaseOf = (mongoUri: string): string => new URL(mongoUri).pathname.slice(1) || 'updraft';
