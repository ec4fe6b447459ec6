import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { Device } from '../../schema/model/device/device';
import type { Registration } from '../../schema/model/registration/registration';
import type { ApiContext } from '../context';
import { Lwm2mRegistration } from './registration-types';
import { DeviceType } from './types';

@Resolver(() => DeviceType)
export class RegistrationResolver {
  @FieldResolver(() => Lwm2mRegistration, {
    nullable: true,
    description:
      'That it is registered by LwM2M; null when it is not, or speaks otherwise. One with queue mode that sleeps is registered and off-line.',
  })
  async registration(@Root() { _id }: Device, @Ctx() { loaders }: ApiContext): Promise<Lwm2mRegistration | null> {
    const registration = await loaders.registration.load(_id);
    return registration && shown(registration);
  }
}

function shown(registration: Registration): Lwm2mRegistration {
  const { since, expiresAt, heardAt, address, port, version, binding, queueMode, reachableUntil, identity, objects } = registration;
  return {
    ...{ since, heardAt, version, binding, queueMode, objects },
    until: expiresAt,
    address: address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`,
    awakeUntil: queueMode ? reachableUntil : null,
    security: identity === null ? 'NONE' : 'PSK',
  };
}
