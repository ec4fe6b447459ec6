import type { Ask } from '../../../../core/reports/lwm2m/contract';
import { firmwareImage } from '../../../support/firmware-image';
import type { FakeCoapCore } from '../fake-coap-core';
import { ASK, looking } from './asking';

export const VERSION = '2.0.0';
export const IMAGE = firmwareImage(20_000, { version: VERSION });
const EXECUTE: Ask = { ...ASK, kind: 'execute' };
const RESET: Ask = { ...ASK, kind: 'reset' };
const LOOK = looking({ version: true, firmware: true });

/**
 * Core as it brings one package to every device that has another version: looks at whoever is heard, offers the address or pushes, executes
 * in state 2, and looks again; what a gateway has left of a push is given up first. Nothing is remembered between two calls, as with the real one.
 */
export function upgradesAll(core: FakeCoapCore, deliverBy: { url: string } | 'push'): void {
  const { upgrades } = core;
  core.files.set('t1', { deviceId: '', bytes: IMAGE });
  const deliver: Ask =
    deliverBy === 'push' ? { ...ASK, kind: 'push', token: 't1', size: IMAGE.length } : { ...ASK, kind: 'offer', url: deliverBy.url };
  upgrades.wants = () => LOOK;
  upgrades.notices = (_deviceId, { state }) => (state === 2 ? EXECUTE : null);
  upgrades.goesOn = (_deviceId, _ask, answer) => {
    if (answer.kind === 'reset') return typeof answer.outcome === 'object' && 'state' in answer.outcome ? deliver : null;
    if (answer.kind === 'pushed') return answer.outcome === 'COMPLETE' ? LOOK : null;
    if (answer.kind !== 'looked' || !answer.version || !('value' in answer.version) || answer.version.value === VERSION) return null;
    if (!answer.firmware || !('value' in answer.firmware)) return null;
    const { state } = answer.firmware.value;
    if (state === 1) return deliverBy === 'push' ? RESET : null;
    return state === 0 ? deliver : state === 2 ? EXECUTE : null;
  };
}

/** Settles once the device was seen to have the version. */
export async function untilUpgraded({ upgrades }: FakeCoapCore): Promise<void> {
  await upgrades.untilAnswer(
    (answer) => answer.kind === 'looked' && !!answer.version && 'value' in answer.version && answer.version.value === VERSION,
  );
}
