import type { DeviceId } from '../../schema/model/ids';
import type { Peer } from './dialect';

/**
 * Finds the peer of a device that a message on another one's connection is about: null unless it is a child of that one. At once or
 * soon, in the order of the calls; `lost` when nobody could say.
 */
export function whenChild(
  peer: Peer,
  deviceId: DeviceId | undefined,
  found: (child: Peer | null) => void,
  lost: () => void = () => undefined,
): void {
  const child = deviceId === undefined ? null : (peer.childOf?.(deviceId) ?? null);
  if (child instanceof Promise) child.then(found, lost);
  else found(child);
}
