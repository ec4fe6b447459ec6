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
