import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import type { Device } from '../../schema/model/device/device';
import type { ApiContext } from '../context';
import { asPayload } from '../errors/as-payload';
import { SetDeviceOwnersInput } from './inputs';
import { DeviceType, SetDeviceOwnersPayload } from './types';

@Resolver(() => DeviceType)
export class OwnersResolver {
  @Mutation(() => SetDeviceOwnersPayload, {
    description:
      'Says whose devices are from now on. Up to `limits.devicesPerCall` devices, all or none; repeating it changes nothing. An app of the owner before sees nothing more of them after a second.',
  })
  setDeviceOwners(
    @Arg('input', () => SetDeviceOwnersInput) { devices: wanted }: SetDeviceOwnersInput,
    @Ctx() { core, viewer }: ApiContext,
  ) {
    const owners = wanted.map(({ deviceId, owner = null }) => ({ deviceId, owner }));
    return asPayload(core.devices.setOwners(viewer, owners).then((devices) => ({ devices })));
  }

  @FieldResolver()
  owner(@Root() { owner }: Device): string | null {
    return owner ?? null;
  }
}
