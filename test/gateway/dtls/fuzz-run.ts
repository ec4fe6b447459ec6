import { fuzzServer } from '../../support/dtls/fuzz';

/** `node dist/test/gateway/dtls/fuzz-run.js [inputs] [seed]`: the fuzz of the tests, for longer. Ends with 1 if something was found. */
async function main([inputs = '1000000', seed = '1'] = process.argv.slice(2)): Promise<void> {
  const started = performance.now();
  const { inputs: fed, errors, counts, memoryBytes, state, stillServes } = await fuzzServer(Number(inputs), Number(seed));
  const seconds = (performance.now() - started) / 1000;
  const rssBytes = process.memoryUsage().rss;
  const result = {
    inputs: fed,
    seed: Number(seed),
    seconds: Math.round(seconds),
    memoryBytes,
    rssBytes,
    state,
    stillServes,
    counts,
  };
  console.log(JSON.stringify({ ...result, errors: errors.map(String).slice(0, 10) }, null, 2));
  if (errors.length > 0 || counts.session_failed !== undefined || !stillServes) process.exitCode = 1;
}

void main();
