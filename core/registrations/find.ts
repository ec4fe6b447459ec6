import DataLoader from 'dataloader';
import type { DeviceId } from '../../schema/model/ids';
import type { Registration } from '../../schema/model/registration/registration';
import type { Collections } from '../../schema/mongo/connect';
import type { RegistrationCounts } from './contract';

type Registrations = Collections['registrations'];

/** In the order given. */
export async function ofDevices(registrations: Registrations, ids: readonly DeviceId[]): Promise<(Registration | null)[]> {
  const found = await registrations.find({ _id: { $in: [...ids] } }).toArray();
  const byId = new Map(found.map((each) => [each._id, each]));
  return ids.map((id) => byId.get(id) ?? null);
}

/** In the order given. */
export async function byRegistrationId(registrations: Registrations, ids: readonly string[]): Promise<(Registration | null)[]> {
  const found = await registrations.find({ registrationId: { $in: [...ids] } }).toArray();
  const byId = new Map(found.map((each) => [each.registrationId, each]));
  return ids.map((id) => byId.get(id) ?? null);
}

/** In one read of the store. */
const AT_ONCE = 500;

/** What many devices are asked for in one turn of the event loop is read together. Nothing is kept: each read begins after it was asked for. */
export function createFinder(registrations: Registrations) {
  const options = { cache: false, maxBatchSize: AT_ONCE, batchScheduleFn: setImmediate };
  const byDevice = new DataLoader<DeviceId, Registration | null>((ids) => ofDevices(registrations, ids), options);
  const byPeer = new DataLoader<string, Registration | null>(async (peers) => {
    const found = await registrations.find({ plainPeer: { $in: [...peers] } }).toArray();
    const at = new Map(found.map((each) => [each.plainPeer, each]));
    return peers.map((peer) => at.get(peer) ?? null);
  }, options);
  return { ofDevice: (id: DeviceId) => byDevice.load(id), atPeer: (peer: string) => byPeer.load(peer) };
}

/** A count that takes longer is not worth its time. */
const COUNT_MS = 2_000;

/** Both are read from indexes alone; devices that sleep have one of their own. */
export async function countsAt(registrations: Registrations, gatewayId: string): Promise<RegistrationCounts> {
  const options = { maxTimeMS: COUNT_MS };
  const [registered, asleep] = await Promise.all([
    registrations.countDocuments({ gatewayId }, options),
    registrations.countDocuments({ gatewayId, online: false }, options),
  ]);
  return { registered, online: Math.max(0, registered - asleep) };
}

const PAGE = 1_000;

export const atGateway = (
  registrations: Registrations,
  gatewayId: string,
  { after, most = PAGE }: { after?: DeviceId; most?: number } = {},
): Promise<Registration[]> =>
  registrations
    .find({ gatewayId, ...(after !== undefined && { _id: { $gt: after } }) })
    .sort({ _id: 1 })
    .limit(Math.min(most, PAGE))
    .toArray();
