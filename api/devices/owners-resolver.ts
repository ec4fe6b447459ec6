import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { actorOfOwner } from '../../core/access/apps/user-of';
import type { Device } from '../../schema/model/device/device';
import { type Told, tellAudit } from '../audit/told';
import type { ApiContext } from '../context';
import { asPayload } from '../errors/as-payload';
import { SetDeviceOwnersInput } from './inputs';
import { DeviceType, SetDeviceOwnersPayload } from './types';

/** Of a longer call the audit trail tells the owners of so many devices: each may need a pseudonym of its own. */
const TOLD = 20;

/** For the audit trail, which makes pseudonyms of them. */
const ownersOf = (devices: readonly (Device | null)[]) => ({
  owners: devices
    .slice(0, TOLD)
    .flatMap((device) => (device ? [{ deviceId: device._id, owner: device.owner === undefined ? null : actorOfOwner(device.owner) }] : [])),
});

@Resolver(() => DeviceType)
export class OwnersResolver {
  @Mutation(() => SetDeviceOwnersPayload, {
    description:
      'Says whose devices are from now on. Up to `limits.devicesPerCall` devices, all or none; repeating it changes nothing. An app of the owner before sees nothing more of them after a second. Pairing codes for them that nobody has redeemed are void.',
  })
  async setDeviceOwners(
    @Arg('input', () => SetDeviceOwnersInput) { devices: wanted }: SetDeviceOwnersInput,
    @Ctx() { core, viewer }: ApiContext,
  ) {
    const owners = wanted.map(({ deviceId, owner = null }) => ({ deviceId, owner }));
    const before = ownersOf(await core.devices.getMany([...new Set(owners.slice(0, TOLD).map(({ deviceId }) => deviceId))]));
    let change: Told | null = null;
    const given = core.devices.setOwners(viewer, owners).then((devices) => {
      change = { before, after: ownersOf(devices) };
      return { devices };
    });
    return tellAudit(await asPayload(given), change);
  }

  @FieldResolver()
  owner(@Root() { owner }: Device): string | null {
    return owner ?? null;
  }
}
