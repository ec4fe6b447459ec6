import { deviceIdOf } from '../../../schema/model/ids';
import type { GatewayCore } from '../../core';
import type { Identity, Named } from '../dialect';

export type Resolve = (named: Named) => Identity | null | Promise<Identity | null>;

const REMEMBERED = 50_000;
const REMEMBERED_MS = 60_000;

/** Finds the device that a name means. Only where a name may mean a node is core asked, once a minute and name. */
export function createResolve(
  devices: Pick<GatewayCore['devices'], 'credentials' | 'credentialsOfNode'>,
  now: () => number = () => performance.now(),
): Resolve {
  const known = new Map<string, { identity: Promise<Identity | null>; until: number }>();

  async function find({ device }: Named, nodeId: string): Promise<Identity | null> {
    if (device !== null && (await devices.credentials(device.productKey, device.deviceName)) !== null) return device;
    const found = await devices.credentialsOfNode(nodeId);
    if (found === null) return null;
    const { productKey, deviceName } = found;
    return { deviceId: deviceIdOf(productKey, deviceName), productKey, deviceName, alias: nodeId };
  }

  return (named) => {
    const { device, nodeId } = named;
    if (nodeId === undefined) return device;
    const key = device === null ? `node ${nodeId}` : nodeId;
    const remembered = known.get(key);
    if (remembered !== undefined && remembered.until > now()) return remembered.identity;
    const identity = find(named, nodeId);
    const [oldest] = known.size >= REMEMBERED ? known.keys() : [];
    if (oldest !== undefined) known.delete(oldest);
    known.delete(key);
    known.set(key, { identity, until: now() + REMEMBERED_MS });
    identity.catch(() => known.delete(key));
    return identity;
  };
}
