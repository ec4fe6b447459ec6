import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startEmbedded } from '../../../server/embedded/start-embedded';
import { measureBareEngine } from '../bare-engine';
import type { BenchScope } from '../benchmark';
import { meterOthers, useOf } from '../process-meter';

export interface BarePart {
  concurrency: number;
  perSecond: number;
  seconds: number;
  /** Milliseconds an upgrade. */
  cpuMs: { engine: number; worker: number };
  peakBytes: { engine: number; worker: number };
  /** What others used of the machine meanwhile, percent. */
  othersPercent: number;
  /** Every pace that was tried. */
  tried: { concurrency: number; perSecond: number }[];
}

/** Which of these saturates the engine depends on the machine. */
const CONCURRENCIES = [50, 100] as const;
const WARM_UP = 100;

/** (a): the same engine with upgrades that do nothing, at its best pace. The engine is the one the platform starts, on fresh data. */
export async function bareEnginePart(count: number, scope: BenchScope): Promise<BarePart> {
  // A MongoDB that is named is not started, and nothing here asks it anything.
  const env = { ...process.env, TEMPORAL_ADDRESS: '', MONGODB_URI: 'mongodb://127.0.0.1/unused' };
  const servers = await startEmbedded({ dataDir: join(scope.dataDir, 'bare'), env });
  const stop = scope.defer(() => servers.stop());
  const pid = servers.pids.temporal ?? 0;
  const address = servers.temporalAddress;
  await measureBareEngine({ address, count: WARM_UP, taskQueue: 'bare-warm-up', concurrency: 50 });
  const parts: BarePart[] = [];
  for (const concurrency of CONCURRENCIES) {
    await delay(1_000);
    const before = useOf(pid);
    const others = meterOthers();
    const { perSecond, seconds, cpuMsEach } = await measureBareEngine({ address, count, taskQueue: `bare-${concurrency}`, concurrency });
    const after = useOf(pid);
    scope.say(`  ${concurrency} at a time: ${perSecond.toFixed(1)} upgrades/s`);
    parts.push({
      concurrency,
      perSecond,
      seconds,
      cpuMs: { engine: (after.cpuMs - before.cpuMs) / count, worker: cpuMsEach },
      peakBytes: { engine: after.peakBytes, worker: useOf(process.pid).peakBytes },
      othersPercent: others(after.cpuMs - before.cpuMs + cpuMsEach * count),
      tried: [],
    });
  }
  await stop();
  const best = parts.reduce((one, other) => (other.perSecond > one.perSecond ? other : one));
  return { ...best, tried: parts.map(({ concurrency, perSecond }) => ({ concurrency, perSecond })) };
}
