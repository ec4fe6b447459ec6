import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import type { Device } from '../../schema/model/device/device';
import type { DeviceId } from '../../schema/model/ids';
import type { ApiContext } from '../context';
import { asPayload } from '../errors/as-payload';
import { SetLwm2mIdentitiesInput } from './lwm2m-inputs';
import { Lwm2mDeviceType } from './lwm2m-types';
import { DeviceType, SetLwm2mIdentitiesPayload } from './types';

/** The root of fields that are asked for beside these. */
export interface Lwm2mView extends Pick<Lwm2mDeviceType, 'endpoint' | 'pskIdentities'> {
  deviceId: DeviceId;
}

@Resolver(() => DeviceType)
export class Lwm2mResolver {
  @Mutation(() => SetLwm2mIdentitiesPayload, {
    description:
      'Says what LwM2M devices are known by from now on; registrations and DTLS sessions by a key or an endpoint name that is gone end within about a second. Up to `limits.devicesPerCall` devices, all or none.',
  })
  setLwm2mIdentities(
    @Arg('input', () => SetLwm2mIdentitiesInput) { devices: wanted }: SetLwm2mIdentitiesInput,
    @Ctx() { core, viewer }: ApiContext,
  ) {
    return asPayload(core.devices.setLwm2mIdentities(viewer, wanted).then((devices) => ({ devices })));
  }

  @FieldResolver(() => Lwm2mDeviceType, { nullable: true, description: 'What it is known by to LwM2M; null for other dialects.' })
  lwm2m(@Root() { _id: deviceId, lwm2m }: Device): Lwm2mView | null {
    return lwm2m ? { deviceId, endpoint: lwm2m.endpoint, pskIdentities: (lwm2m.psks ?? []).map(({ identity }) => identity) } : null;
  }
}
