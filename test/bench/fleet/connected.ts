import { startFleetProcess } from '../../support/devices/fleet-client';
import type { FleetReport } from '../../support/devices/fleet-messages';
import { PACING } from '../upgrades/path-part';
import { FIRST_VERSION } from '../upgrades/watch';
import type { FleetUnderTest } from './measurement';

/** Connects some of the imported devices, which then do as they are told; `onReport` hears of it. */
export async function connect(
  { found, platform, productKey, scope, nameOf }: FleetUnderTest,
  indexes: readonly number[],
  onReport: (report: FleetReport) => void,
): Promise<{ stop(): Promise<void> }> {
  const devices = indexes.map((index) => {
    const deviceName = nameOf(index);
    const secret = found.secrets?.get(deviceName);
    if (secret === undefined) throw new Error(`The secret of ${deviceName} is not known.`);
    return { productKey, deviceName, secret, version: FIRST_VERSION };
  });
  const process = await startFleetProcess(
    { mqttUrl: platform.mqttUrl, pacing: PACING, devices },
    { onReports: (reports) => reports.forEach(onReport), reported: ['notified', 'version', 'problem'] },
  );
  if (process.start.failed.length > 0) throw new Error(`Devices could not connect: ${JSON.stringify(process.start.failed.slice(0, 3))}`);
  return { stop: scope.defer(() => process.stop()) };
}
