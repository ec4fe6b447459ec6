import { UpdraftError } from '@updraft/client';
import { onShutdown } from '../server/shutdown';
import { DemoError } from './demo-error';
import { type DemoOptions, OptionsError, readOptions, USAGE } from './options';
import { runDemo } from './run-demo';
import { createShutdownStack } from './shutdown-stack';
import { paintFor } from './spans';
import { whatToTry } from './summary';

const INTERRUPTED = 130;

/** `npm run demo`. Ends with 0; 1 if a task ended otherwise than planned or something failed; 2 for a wrong command line. */
async function main(): Promise<void> {
  const options = optionsOrUsage();
  if (!options) return;
  const stack = createShutdownStack((error) => process.stderr.write(`Something did not stop as it should: ${textOf(error)}\n`));
  let ended = false;
  onShutdown(() => stack.stop(), {
    onSignal: () => {
      if (!ended) process.exitCode ??= INTERRUPTED;
      process.stdout.write('\nStopping …\n');
    },
  });
  try {
    const { asPlanned, addresses } = await runDemo(options, process.stdout, stack);
    ended = true;
    if (!asPlanned) process.exitCode = 1;
    if (!options.exit) {
      process.stdout.write(whatToTry(addresses, paintFor(process.stdout)));
      return;
    }
  } catch (error) {
    // What a stop interrupts, fails: that is no news.
    if (stack.signal.aborted) return;
    process.exitCode = 1;
    process.stderr.write(`\n${textOf(error)}\n`);
  }
  await stack.stop();
  process.exit();
}

function optionsOrUsage(): DemoOptions | null {
  try {
    const options = readOptions(process.argv.slice(2));
    if (options.help) process.stdout.write(USAGE);
    return options.help ? null : options;
  } catch (error) {
    if (!(error instanceof OptionsError)) throw error;
    process.stderr.write(`${error.message}\n\n${USAGE}`);
    process.exitCode = 2;
    return null;
  }
}

const FOR_READERS: readonly string[] = ['SetupError', 'ConfigError'];

/** A stack only where the reader can't mend it. */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isPlain = error instanceof DemoError || error instanceof UpdraftError || FOR_READERS.includes(error.name);
  return isPlain ? error.message : (error.stack ?? error.message);
}

void main();
