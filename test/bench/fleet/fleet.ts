import { connectStore } from '../../../schema/mongo/connect';
import { createApiClient } from '../api-client';
import type { Benchmark } from '../benchmark';
import { describeMachine } from '../machine';
import { meter, meterOthers } from '../process-meter';
import { createOperator } from '../upgrades/operator';
import { startPlatformProcess } from '../upgrades/platform-client';
import { bareInsertPart } from './bare-insert-part';
import { bareMergePart } from './bare-merge-part';
import { batchPart } from './batch-part';
import { countsPart } from './counts-part';
import { importPart } from './import-part';
import { listPart } from './list-part';
import { matchPart } from './match-part';
import { type FleetUnderTest, type Measurement, type Row, seconds } from './measurement';
import { watchMemory } from './memory';
import { pagesPart } from './pages-part';
import { previewPart } from './preview-part';
import { registerPart } from './register-part';
import { type FleetResult, problemsOf, reportText } from './report';

/** In their order: what is bare runs right after what it is compared with. */
const MEASUREMENTS: readonly Measurement[] = [
  importPart,
  bareInsertPart,
  registerPart,
  listPart,
  batchPart,
  bareMergePart,
  countsPart,
  pagesPart,
  previewPart,
  matchPart,
];

/** What a fleet of a million devices costs, one thing after the other, each against its aim. */
export const fleet: Benchmark = {
  name: 'fleet',
  about: 'import, list check, batch creation, counts, pages and memory with up to a million devices, against their aims',
  devices: { least: 1_000, most: 1_000_000, default: 1_000_000 },
  async run({ devices: count, profileDir }, scope) {
    const machine = await describeMachine();
    const platform = await startPlatformProcess(scope, profileDir);
    const api = createApiClient(platform.apiUrl, platform.key);
    scope.defer(() => api.close());
    const store = await connectStore(platform.mongoUri, { dbName: 'updraft', appName: 'bench' });
    scope.defer(() => store.close());
    const pids = { Updraft: platform.pid, mongod: platform.pids.mongod, engine: platform.pids.temporal };
    const memory = watchMemory(pids);
    scope.defer(async () => memory.stop());

    const subject: FleetUnderTest = {
      ...{ count, platform, api, store, scope },
      productKey: 'benchFleet',
      operator: createOperator(api),
      nameOf: (index) => `meter-${String(index).padStart(7, '0')}`,
      found: {},
    };
    const rows: Row[] = [];
    const parts: FleetResult['parts'] = [];
    for (const { title, run } of MEASUREMENTS) {
      scope.signal.throwIfAborted();
      scope.say(`  ${title} …`);
      memory.during(title);
      const [began, used, others] = [performance.now(), meter({ ...pids, benchmark: process.pid }), meterOthers()];
      rows.push(...(await run(subject)));
      const cpuSeconds = Object.fromEntries(Object.entries(used()).map(([name, { cpuMs }]) => [name, cpuMs / 1_000]));
      const own = Object.values(cpuSeconds).reduce((sum, each) => sum + each, 0);
      parts.push({ title, seconds: seconds(began), cpuSeconds, peakBytes: memory.peakOf('Updraft'), othersPercent: others(1_000 * own) });
    }
    rows.push(...memory.rows());
    const result: FleetResult = { benchmark: 'fleet', devices: count, machine, rows, parts };
    return { json: result, text: reportText(result), problems: problemsOf(result) };
  },
};
