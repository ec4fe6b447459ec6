import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { actorOfOwner } from '../../core/access/apps/user-of';
import { type Told, tellAudit } from '../audit/told';
import type { ApiContext } from '../context';
import { asPayload } from '../errors/as-payload';
import { CreatePairingCodeInput, RedeemPairingCodeInput } from './pairing-inputs';
import { CreatePairingCodePayload, RedeemPairingCodePayload } from './pairing-types';

/** For the audit trail, which makes a pseudonym of it. */
const ownerOf = (owner: string | null) => ({ owner: owner === null ? null : actorOfOwner(owner) });

@Resolver()
export class PairingResolver {
  @Mutation(() => CreatePairingCodePayload, {
    description:
      'Makes a code for a device: whoever redeems it within 10 minutes becomes its owner, also in the place of another one. The code before it is void, and so is this one once `setDeviceOwners` names the device. For operators and administrators.',
  })
  async createPairingCode(@Arg('input', () => CreatePairingCodeInput) { deviceId }: CreatePairingCodeInput, @Ctx() context: ApiContext) {
    let change: Told | null = null;
    const made = context.core.access.createPairingCode(context.viewer, deviceId).then(({ owner, ...shown }) => {
      change = { before: ownerOf(owner) };
      return shown;
    });
    return tellAudit(await asPayload(made), change);
  }

  @Mutation(() => RedeemPairingCodePayload, {
    description:
      'Gives the device of a pairing code to the owner whose app asks. The same owner may repeat it for 10 minutes and gets the same answer. For the role APP with an owner.',
  })
  async redeemPairingCode(@Arg('input', () => RedeemPairingCodeInput) { code }: RedeemPairingCodeInput, @Ctx() context: ApiContext) {
    const { core, viewer } = context;
    let change: Told | null = null;
    const redeemed = core.access.redeemPairingCode(viewer, code).then(({ deviceId, previousOwner }) => {
      change = { objects: [deviceId], before: ownerOf(previousOwner), after: ownerOf(viewer.owner ?? null) };
      return { deviceId };
    });
    return tellAudit(await asPayload(redeemed), change);
  }
}
