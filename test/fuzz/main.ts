import { createCoapFrontSubject } from './coap-front';
import { coapMessages } from './coap-messages';
import { type FuzzSubject, fuzzInPortions } from './fuzz';
import { lwm2mFormats } from './lwm2m-formats';

const USAGE = 'node dist/test/fuzz/main.js SUBJECT [INPUTS, 1000000 by default] [SEED, of the clock by default]\n';

const subjects: Record<string, FuzzSubject<unknown>> = {
  'coap-messages': coapMessages as FuzzSubject<unknown>,
  'coap-front': createCoapFrontSubject() as FuzzSubject<unknown>,
  'lwm2m-formats': lwm2mFormats as FuzzSubject<unknown>,
};

async function run(name: string, subject: FuzzSubject<unknown>, inputs: number, seed: number): Promise<void> {
  const before = process.memoryUsage();
  const begun = performance.now();
  const { outcomes, slowestMs } = await fuzzInPortions(subject, { inputs, seed });
  globalThis.gc?.();
  const after = process.memoryUsage();
  const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);
  process.stdout.write(`${name}: ${inputs} inputs of seed ${seed} in ${((performance.now() - begun) / 1_000).toFixed(1)} s\n`);
  process.stdout.write(
    `slowest ${slowestMs.toFixed(1)} ms, heap ${megabytes(before.heapUsed)} → ${megabytes(after.heapUsed)} MB, resident ${megabytes(before.rss)} → ${megabytes(after.rss)} MB\n`,
  );
  for (const [outcome, count] of Object.entries(outcomes).sort(([, one], [, other]) => other - one))
    process.stdout.write(`${count}\t${outcome}\n`);
}

const [name = '', inputs = '1000000', seed = String(Date.now() & 0x7fff_ffff)] = process.argv.slice(2);
const subject = subjects[name];
if (subject === undefined) {
  process.stderr.write(`${USAGE}Subjects: ${Object.keys(subjects).join(', ')}\n`);
  process.exitCode = 2;
} else void run(name, subject, Number(inputs), Number(seed));
