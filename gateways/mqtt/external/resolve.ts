import { LRUCache } from 'lru-cache';
import { atMost } from '../../../core/at-most';
import { deviceIdOf } from '../../../schema/model/ids';
import type { GatewayCore } from '../../core';
import type { Identity, Named } from '../dialect';

export type Resolve = (named: Named) => Identity | null | Promise<Identity | null>;

const REMEMBERED = 50_000;
const REMEMBERED_MS = 60_000;

/** Finds the device that a name means. Only where a name may mean a node is core asked, once a minute and name. */
export function createResolve(devices: Pick<GatewayCore['devices'], 'credentials' | 'credentialsOfNode'>): Resolve {
  const known = new LRUCache<string, Promise<Identity | null>>({ ...atMost(REMEMBERED), ttl: REMEMBERED_MS });

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
    if (remembered !== undefined) return remembered;
    const identity = find(named, nodeId);
    known.set(key, identity);
    identity.catch(() => known.delete(key));
    return identity;
  };
}
