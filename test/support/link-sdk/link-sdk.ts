import { join } from 'node:path';
import { runForeign } from '../foreign-device';
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

/** Runs one device on the vendor's SDK until it has reported a new version. What the SDK told it; throws when it saw no upgrade within ten minutes. */
export async function runSdkDevice(device: SdkDevice, env: NodeJS.ProcessEnv = process.env): Promise<Record<string, unknown>[]> {
  const library = await pythonLibrary(SDK, env);
  return runForeign('python3', [join(__dirname, 'device.py')], { ...env, PYTHONPATH: library }, device);
}
