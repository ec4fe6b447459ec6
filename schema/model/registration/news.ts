import type { DeviceId } from '../ids';
import { type Registration, sessionOf } from './registration';

/** What becomes of a device's registration; null: there is none. */
export interface RegistrationChange {
  before: Registration | null;
  after: Registration | null;
}

export const deviceOf = ({ before, after }: RegistrationChange): DeviceId => (after ?? before)?._id ?? '';

/** What it is for the device (R-DEV-2); null: the device is where it was. */
export function presenceNews({ before, after }: RegistrationChange): 'CAME' | 'WENT' | null {
  if (!after?.online) return before?.online ? 'WENT' : null;
  const stayed = before?.online && before.gatewayId === after.gatewayId && sessionOf(before) === sessionOf(after);
  return stayed ? null : 'CAME';
}

/** An address that datagrams alone prove, and that the device has from now on; whoever had it before is somewhere else. Null: none. */
export function takenPeer({ before, after }: RegistrationChange): string | null {
  const taken = after?.plainPeer ?? null;
  return taken === before?.plainPeer ? null : taken;
}
