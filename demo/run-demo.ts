import { relative } from 'node:path';
import { keepKey, keyFile, signIn } from './admin-key';
import { createDemoProduct, registerDevices } from './campaign';
import { startDemoFleet } from './demo-fleet';
import { firmwareOf, sizeText, TARGET_VERSION } from './firmware';
import { devicesOverCoap, planFleet } from './fleet-plan';
import type { DemoOptions } from './options';
import { runBatch } from './run-batch';
import type { Out } from './screen';
import type { ShutdownStack } from './shutdown-stack';
import { paintFor } from './spans';
import { demoConfig, logFile, startDemoPlatform } from './start-platform';
import { step } from './steps';
import { type Addresses, summary, watching } from './summary';
import { timeoutMinutesOf, timingOf } from './timing';
import { uploadPackage } from './upload';
import { deviations } from './verdict';

export interface DemoEnd {
  /** Whether every task ended as planned. */
  asPlanned: boolean;
  addresses: Addresses;
}

const SPARE_DEVICE = 'spare-device';
const SPARE_LWM2M = 'spare-cell';

/** The demo from the platform's start to the batch's end. What it starts is owned by `stack`. */
export async function runDemo(options: DemoOptions, out: Out, stack: ShutdownStack): Promise<DemoEnd> {
  const paint = paintFor(out);
  const doStep = <T>(text: string, work: () => Promise<T>): Promise<T> => {
    stack.signal.throwIfAborted();
    return step(out, text, work);
  };
  const config = await demoConfig();
  const { dataDir } = config;
  const platform = await doStep('Starting MongoDB, Temporal and Updraft', () => stack.own(startDemoPlatform(config), (one) => one.stop()));
  const { apiUrl = '', mqttUrl = '', coapUrl, coapsUrl, firstKey } = platform;
  if (firstKey) {
    keepKey(dataDir, firstKey);
    out.write(`  The administrator's API key is kept in ${shown(keyFile(dataDir))}, readable by you only.\n`);
  }
  const { api, key } = await stack.own(signIn(apiUrl, dataDir), (one) => one.api.close());

  const firmware = await firmwareOf(options.packageFile, dataDir);
  const { devices, rate, dialect } = options;
  const load = { devices, rate, bytes: firmware.size, overCoap: devicesOverCoap(devices, dialect) };
  const timeoutMinutes = timeoutMinutesOf(load);
  const plan = planFleet(devices, timeoutMinutes, dialect);
  const offline = plan.filter((device) => device.offline).length;
  const faulty = plan.filter(({ fault }) => fault !== null).length;
  const { productKey, credentials } = await doStep(`Registering ${plan.length} devices`, async () => {
    const created = await createDemoProduct(api);
    return { productKey: created, credentials: await registerDevices(api, created, plan) };
  });
  const what = `${firmware.fileName} (${sizeText(firmware.size)})`;
  const packageId = await doStep(`Uploading ${what}`, () =>
    uploadPackage(api, { productKey, name: 'demo_firmware', version: TARGET_VERSION }, firmware.path),
  );
  const fleet = await doStep(`Connecting the devices, of which ${offline} are off-line at first and ${faulty} faulty`, () =>
    stack.own(startDemoFleet({ addresses: { mqttUrl, coapUrl, coapsUrl }, productKey, plan, credentials }), (one) => one.stop()),
  );
  stack.signal.throwIfAborted();
  let batchPath = '/';
  const state = await runBatch({
    ...{ api, fleet, plan, out, paint, timeoutMinutes, rate, signal: stack.signal },
    timing: timingOf(load, offline, timeoutMinutes),
    async begun(batchId) {
      batchPath = `/batches/${batchId}`;
      out.write(watching(apiUrl, batchPath, await platform.signInLink(batchPath)));
    },
    packageId,
    firmware: `${what} as ${TARGET_VERSION}`,
  });
  const found = deviations(plan, state.tasks);
  out.write(summary(state, found, Date.now(), paint));
  const spare = await registerDevices(api, productKey, [
    { deviceName: SPARE_DEVICE, dialect: 'LINK', lwm2m: null },
    { deviceName: SPARE_LWM2M, dialect: 'LWM2M', lwm2m: { secure: true } },
  ]);
  const { explorerUrl, temporalUiUrl } = platform;
  // Made now: it is good for some minutes only.
  const signInLink = await platform.signInLink(batchPath);
  return {
    asPlanned: found.length === 0,
    addresses: {
      ...{ apiUrl, explorerUrl, signInLink, temporalUiUrl, mqttUrl, coapUrl, coapsUrl, key },
      keyFile: shown(keyFile(dataDir)),
      logFile: shown(logFile(dataDir)),
      device: { productKey, deviceName: SPARE_DEVICE, secret: spare.get(SPARE_DEVICE)?.secret ?? '' },
      lwm2m: { deviceName: SPARE_LWM2M, psk: spare.get(SPARE_LWM2M)?.psk ?? { identity: '', key: '' } },
    },
  };
}

/** From here when it lies below, which is shorter. */
function shown(path: string): string {
  const near = relative(process.cwd(), path);
  return near.startsWith('..') ? path : near;
}
