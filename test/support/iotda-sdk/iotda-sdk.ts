import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { cached } from '../cached';
import { runForeign } from '../foreign-device';

const DIRECTORY = 'iotda-sdk-java-1.2.1';

export interface SdkDevice {
  /** `tcp://` or `ssl://`, host and port. */
  server: string;
  /** A PEM file with the CA, when the listener speaks TLS. */
  ca: string | null;
  deviceId: string;
  secret: string;
  /** It shows this instead of signing with its secret; PEM. */
  certificate?: { cert: string; key: string };
  /** Where the image goes. */
  file: string;
  /** The result code it reports. */
  result: number;
}

/** Null when the SDK can be run; otherwise what is missing for it, which no registry has. */
export function missingForSdk(): string | null {
  const answers = (program: string, argument: string): boolean => spawnSync(program, [argument]).status === 0;
  const missing = [answers('java', '-version') ? null : 'a JDK (17 or newer)', answers('mvn', '-version') ? null : 'Maven'];
  return missing.filter((each) => each !== null).join(' and ') || null;
}

/** Runs one device on the vendor's SDK until it has reported a result. What the SDK told it; throws when it saw no upgrade within ten minutes. */
export async function runSdkDevice(device: SdkDevice, env: NodeJS.ProcessEnv = process.env): Promise<Record<string, unknown>[]> {
  const library = await sdkLibrary(env);
  return runForeign('java', ['-cp', join(library, '*'), join(__dirname, 'Device.java')], env, device);
}

function sdkLibrary(env: NodeJS.ProcessEnv): Promise<string> {
  const goal = ['--batch-mode', '--quiet', '--file', join(__dirname, 'pom.xml'), 'dependency:copy-dependencies'];
  return cached(
    {
      directory: DIRECTORY,
      telling: "Getting the vendor's IoTDA SDK for Java (14 MB), by Maven",
      async get(work) {
        const { runChild } = await import('#setup/run-child.mjs');
        const target = join(work, 'lib');
        await runChild('mvn', [...goal, '-DincludeScope=runtime', `-DoutputDirectory=${target}`], { limitMs: 10 * 60_000, env });
        return target;
      },
      failed: (reason) => `The vendor's IoTDA SDK could not be had: ${reason}`,
    },
    env,
  );
}
