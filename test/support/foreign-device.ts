import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/**
 * Runs a device that is written in another language, on its vendor's SDK: it reads one JSON object and writes one a line for each thing that
 * the SDK told it. Answers with these; throws when the device ends with another code than 0.
 */
export async function runForeign(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  device: object,
): Promise<Record<string, unknown>[]> {
  const child = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'inherit'] });
  const told: Record<string, unknown>[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    // SDKs print on their own account as well.
    if (line.startsWith('{')) told.push(JSON.parse(line));
  });
  const closed = once(child, 'close');
  child.stdin.end(JSON.stringify(device));
  const [code] = await closed;
  if (code !== 0) throw new Error(`The device on the vendor's SDK ended with ${code}; it was told ${JSON.stringify(told)}`);
  return told;
}
