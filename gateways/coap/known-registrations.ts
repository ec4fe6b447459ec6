import { LRUCache } from 'lru-cache';
import { createKnown } from '../../core/access/known';
import { atMost } from '../../core/at-most';
import { type Clock, systemClock } from '../../core/clock';
import type { GatewayRegistrations } from '../../core/registrations/contract';
import type { DeviceId } from '../../schema/model/ids';

/** A device is asked several things one after the other, and where it is has to be known for each. */
const KEPT_MS = 2_000;

/**
 * Registrations of devices, each kept for two seconds. What the gateway itself makes of one is known at once: also that a device has lost its
 * address to another, as addresses are of one gateway. What happens elsewhere within these seconds does no harm where something is sent to the
 * device: one that has gone over to another gateway, or is disabled, is asked once more where it was. Who something comes from is asked anew
 * each time (`registrationAt`), since a device whose registration is over has to be told so.
 */
export function createKnownRegistrations(
  registrations: GatewayRegistrations,
  { most, clock = systemClock }: { most: number; clock?: Clock },
): GatewayRegistrations {
  const known = createKnown({ load: (id: DeviceId) => registrations.registrationOf(id), ttlMs: KEPT_MS, most, clock });
  /** Who was at an address last: whether that is so still, the registration says. */
  const devicesAt = new LRUCache<string, DeviceId>(atMost(most));
  const devicesOf = new LRUCache<string, DeviceId>(atMost(most));

  async function registrationOf(deviceId: DeviceId) {
    const { value, wasKnown } = await known.get(deviceId);
    if (value !== null && !wasKnown) {
      devicesOf.set(value.registrationId, deviceId);
      if (value.plainPeer !== undefined) devicesAt.set(value.plainPeer, deviceId);
    }
    return value !== null && value.expiresAt > clock() ? value : null;
  }

  function isAt(deviceId: DeviceId, peer: string | undefined): void {
    known.forget(deviceId);
    if (peer === undefined) return;
    const before = devicesAt.get(peer);
    if (before !== undefined) known.forget(before);
    devicesAt.set(peer, deviceId);
  }

  return {
    ...registrations,
    registrationOf,
    async register(input) {
      const accepted = await registrations.register(input);
      if ('registration' in accepted) isAt(accepted.deviceId, accepted.registration.plainPeer);
      return accepted;
    },
    async update(registrationId, input) {
      const accepted = await registrations.update(registrationId, input);
      if ('registration' in accepted) isAt(accepted.deviceId, accepted.registration.plainPeer);
      return accepted;
    },
    async deregister(registrationId, where) {
      const gone = await registrations.deregister(registrationId, where);
      if ('deviceId' in gone) known.forget(gone.deviceId);
      return gone;
    },
    async unanswered(registrationId, ...where) {
      await registrations.unanswered(registrationId, ...where);
      const deviceId = devicesOf.get(registrationId);
      if (deviceId !== undefined) known.forget(deviceId);
    },
  };
}
