import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type PythonLibrary, pythonLibrary } from '../python-library';

const SDK: PythonLibrary = {
  directory: 'linkkit-1.2.13',
  title: "the vendor's Link SDK for Python (1 MB)",
  requirements: join(__dirname, 'requirements.txt'),
  only: 'any',
  help: 'What helps: python3 with pip, which installs the SDK by itself.',
};

export interface SdkDevice {
  /** Of the MQTT listener. */
  port: number;
  /** PEM of the CA when the listener speaks TLS. */
  ca: string | null;
  productKey: string;
  deviceName: string;
  secret: string;
  /** Whether it asks for an upgrade instead of waiting for one. */
  ask: boolean;
  /** Where the image goes. */
  file: string;
}

/** Runs one device on the vendor's SDK until it has reported a new version. What the SDK told it; throws when it saw no upgrade within a minute. */
export async function runSdkDevice(device: SdkDevice, env: NodeJS.ProcessEnv = process.env): Promise<Record<string, unknown>[]> {
  const library = await pythonLibrary(SDK, env);
  const child = spawn('python3', [join(__dirname, 'device.py')], {
    env: { ...env, PYTHONPATH: library },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const told: Record<string, unknown>[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    // The SDK prints on its own account as well.
    if (line.startsWith('{')) told.push(JSON.parse(line));
  });
  const exited = once(child, 'close');
  child.stdin.end(JSON.stringify(device));
  const [code] = await exited;
  if (code !== 0) throw new Error(`The device on the vendor's SDK ended with ${code}; it was told ${JSON.stringify(told)}`);
  return told;
}
