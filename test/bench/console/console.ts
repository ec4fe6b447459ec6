import type { Browser } from 'playwright-core';
import { connectStore, type Store } from '../../../schema/mongo/connect';
import { startChromium } from '../../support/chromium';
import { createApiClient } from '../api-client';
import type { Benchmark, BenchScope } from '../benchmark';
import { importPart } from '../fleet/import-part';
import { type FleetUnderTest, type Row, whole } from '../fleet/measurement';
import { judgedTable, problemsOf } from '../fleet/report';
import { describeMachine } from '../machine';
import { createOperator } from '../upgrades/operator';
import { startPlatformProcess } from '../upgrades/platform-client';
import { quietEvents, streamOfEvents } from './events';
import { firstPaint } from './first-paint';
import { scrolledDevices, scrolledTasks } from './scroll';

export interface ConsoleSubject {
  browser: Browser;
  url: string;
  key: string;
  count: number;
  productKey: string;
  /** Of a batch for all of them; empty where no part needs one. */
  batchId: string;
  nameOf(index: number): string;
  store: Store;
  scope: BenchScope;
}

const PARTS = {
  'first-paint': firstPaint,
  quiet: quietEvents,
  stream: streamOfEvents,
  scroll: scrolledTasks,
  devices: scrolledDevices,
} as const;
/** The others look at a batch for all devices, which takes long to make for a million. */
const WITHOUT_BATCH: readonly string[] = ['devices'];
const SELECTED_WITHIN_MS = 180_000;

/** What somebody sees of a large batch, and when, measured inside of a real Chromium. */
export const console_: Benchmark = {
  name: 'console',
  about: 'the console in a real Chromium: first paint, events to the screen, a stream of them, a long list scrolled',
  devices: { least: 100, most: 1_000_000, default: 100_000 },
  parts: Object.keys(PARTS),
  async run({ devices: count, parts, profileDir }, scope) {
    const machine = await describeMachine();
    const platform = await startPlatformProcess(scope, profileDir);
    const api = createApiClient(platform.apiUrl, platform.key);
    scope.defer(() => api.close());
    const store = await connectStore(platform.mongoUri, { dbName: 'updraft', appName: 'bench' });
    scope.defer(() => store.close());
    const fleet: FleetUnderTest = {
      ...{ count, platform, api, store, scope, productKey: 'benchFleet', found: {} },
      operator: createOperator(api),
      nameOf: (index) => `meter-${String(index).padStart(7, '0')}`,
    };
    const needsBatch = parts.some((part) => !WITHOUT_BATCH.includes(part));
    scope.say(`  ${whole(count)} devices${needsBatch ? ' and a batch for them' : ''} …`);
    await importPart.run(fleet);
    const batchId = needsBatch ? await batchForAll(fleet) : '';
    const browser = await startChromium();
    scope.defer(() => browser.close());
    const { productKey, nameOf } = fleet;
    const subject: ConsoleSubject = { browser, url: platform.apiUrl, key: platform.key, count, productKey, batchId, nameOf, store, scope };
    const rows: Row[] = [];
    for (const [name, measure] of Object.entries(PARTS)) {
      if (!parts.includes(name)) continue;
      scope.say(`  ${name} …`);
      rows.push(...(await measure(subject)));
    }
    const version = browser.version();
    const text = [
      `${whole(count)} devices; Chromium ${version}, ${machine.cores} cores (${machine.cpu}), load before ${machine.loadBefore.toFixed(2)}`,
      '',
      judgedTable(rows),
    ].join('\n');
    return { json: { benchmark: 'console', devices: count, chromium: version, machine, rows }, text, problems: problemsOf({ rows }) };
  },
};

async function batchForAll({ operator, productKey, count }: FleetUnderTest): Promise<string> {
  const packageId = await operator.createPackage(productKey, '2.0.0');
  const batchId = await operator.createBatch(packageId, 600);
  await operator.selected(batchId, count, SELECTED_WITHIN_MS);
  return batchId;
}
