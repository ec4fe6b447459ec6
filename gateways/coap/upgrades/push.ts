import type { TokenBlock } from '../../../core/downloads/contract';
import type { Answer, Ask, Lwm2mUpgrades } from '../../../core/reports/lwm2m/contract';
import type { DeviceId } from '../../../schema/model/ids';
import { inTime } from '../../in-time';
import type { CoapCore } from '../core';
import type { BlockSource } from '../lwm2m/requests/write-blocks';
import type { AskedDevice } from './asked-device';
import { FIRMWARE } from './look';
import { hasTaken, refusedOf, WITH_PACKAGE } from './refused';

type Push = Extract<Ask, { kind: 'push' }>;
type PushOutcome = Extract<Answer, { kind: 'pushed' }>['outcome'];

export interface PushDeps {
  downloads: Pick<CoapCore['downloads'], 'tokenBlock'>;
  upgrades: Pick<Lwm2mUpgrades, 'pushBegan'>;
}

/** Writes the package to the device, of which one block is in memory at a time (R-DL-4). */
export async function push({ downloads, upgrades }: PushDeps, deviceId: DeviceId, device: AskedDevice, ask: Push): Promise<PushOutcome> {
  // Wherever the device is: its port may change.
  const asker = { peer: `push ${deviceId}`, deviceId };

  async function blockAt(offset: number, length: number): Promise<TokenBlock> {
    try {
      return await downloads.tokenBlock(ask.token, asker, { offset, length });
    } catch {
      // The store is away. The device waits for its next block, and gets it when the store is back, if it has waited.
      return { kind: 'busy' };
    }
  }

  async function read(offset: number, length: number): Promise<Buffer | null | 'busy'> {
    const found = await blockAt(offset, length);
    switch (found.kind) {
      case 'block':
        return found.size === ask.size ? found.bytes : null;
      case 'unknown':
      case 'refused':
      case 'beyond':
        return null;
      default:
        return 'busy';
    }
  }

  const source: BlockSource = { size: ask.size, read, began: () => inTime(upgrades.pushBegan(deviceId, ask)) };
  const outcome = await device.writeBlocks(`${FIRMWARE}/0`, source);
  if ('done' in outcome) return outcome.done;
  return (await hasTaken(device, outcome, WITH_PACKAGE)) ? 'COMPLETE' : refusedOf(device, outcome);
}
