import type { Answer, Ask } from '../../../core/reports/lwm2m/contract';
import type { DeviceId } from '../../../schema/model/ids';
import { inTime } from '../../in-time';
import type { DeviceRequests } from '../lwm2m/requests/device-requests';
import { textBody } from '../lwm2m/requests/operations';
import { askedDevice } from './asked-device';
import { FIRMWARE, look } from './look';
import { observeUpgrade, releaseUpgrade } from './observe';
import { type PushDeps, push } from './push';
import { hasTaken, refusedOf, WITH_ADDRESS } from './refused';
import { reset } from './reset';

export interface PerformDeps extends PushDeps {
  requests: DeviceRequests;
  /** Of LwM2M, that a device speaks: `1.2`. Null: it is not registered. */
  versionOf(deviceId: DeviceId): Promise<string | null>;
}

/** Asks a device what core wants to be asked, by as many requests as that takes (device-protocols §3.5). Rejects when the store can't be reached. */
export type Perform = (deviceId: DeviceId, ask: Ask, signal: AbortSignal) => Promise<Answer>;

export const createPerform =
  (deps: PerformDeps): Perform =>
  async (deviceId, ask, signal) => {
    const device = askedDevice(deps.requests, deviceId, { waitMs: ask.waitMs, signal });
    const observe = async () => observeUpgrade(device, await inTime(deps.versionOf(deviceId)));

    switch (ask.kind) {
      case 'look':
        return look(device, ask);
      case 'offer': {
        const failed = await observe();
        if (failed !== null) return { kind: 'offered', outcome: { failed } };
        const written = await device.write(`${FIRMWARE}/1`, textBody(ask.url));
        if ('done' in written || (await hasTaken(device, written, WITH_ADDRESS))) return { kind: 'offered', outcome: 'ACCEPTED' };
        return { kind: 'offered', outcome: await refusedOf(device, written) };
      }
      case 'push': {
        const failed = await observe();
        return { kind: 'pushed', outcome: failed === null ? await push(deps, deviceId, device, ask) : { failed } };
      }
      case 'observe':
        await observe();
        return { kind: 'observed' };
      case 'reset':
        return { kind: 'reset', outcome: await reset(device) };
      case 'execute': {
        const executed = await device.execute(`${FIRMWARE}/2`);
        return { kind: 'executed', outcome: 'done' in executed ? 'ACCEPTED' : await refusedOf(device, executed) };
      }
      case 'release':
        await releaseUpgrade(device);
        return { kind: 'released' };
    }
  };
