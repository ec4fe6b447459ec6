import type { DeviceId } from '../../schema/model/ids';
import type { Limits } from '../../schema/model/limits';
import { heard, registered, unanswered, updated } from '../../schema/model/registration/changes';
import { isRefused, type Refused } from '../../schema/model/registration/refusals';
import { linksOf, type RegisteredAt, type Registration } from '../../schema/model/registration/registration';
import type { LostIdentity } from '../devices/contract';
import { createBundle } from './bundle';
import { changeAll, type Decision } from './change';
import type { CommitDeps } from './commit';
import type { Accepted, RegisterInput, RegistrationService, UpdateInput, Where } from './contract';
import { endDue, endLost, endRegistrations } from './due';
import { atGateway, byRegistrationId, ofDevices } from './find';
import { reachAgain, resetRegistrations } from './gateways';
import { createHeardDevices, type Heard } from './heard';
import { type KnownDevices, maySpeakFor, type RegisteringDevice, registeringDevice } from './known-devices';
import { newRegistrationId } from './registration-id';

export interface RegistrationDeps extends CommitDeps {
  known: KnownDevices;
  limits: Pick<Limits, 'lwm2mRegistrations' | 'registrationLinks'>;
}

export interface Registrations extends RegistrationService {
  /** Of devices that were disabled, deleted, or speak another dialect now. */
  end(ids: readonly DeviceId[]): Promise<number>;
  /** Of devices that are not known any more by what they registered with. */
  endLost(lost: readonly LostIdentity[]): Promise<number>;
  /** Before a gateway's devices count as off-line. */
  gatewayReset(gatewayId: string, until?: Date): Promise<void>;
  endDue(signal?: AbortSignal): Promise<number>;
  close(): Promise<void>;
}

const UNKNOWN: Refused = { refused: 'unknown_registration' };
const WRONG: Refused = { refused: 'wrong_identity' };
const DISABLED: Refused = { refused: 'disabled' };
const BUSY: Refused = { refused: 'busy' };

/** LwM2M registrations. What devices do at once is read and written together. */
export function createRegistrations(deps: RegistrationDeps): Registrations {
  const { known, limits, clock } = deps;
  const { registrations } = deps.store.collections;

  interface Register {
    input: RegisterInput;
    device: RegisteringDevice;
  }

  const registers = createBundle(
    async (items: readonly Register[]) => {
      const isFull = (await registrations.estimatedDocumentCount()) >= limits.lwm2mRegistrations;
      return changeAll<Register, Accepted | Refused>(deps, items, {
        find: (open) =>
          ofDevices(
            registrations,
            open.map(({ device }) => device.deviceId),
          ),
        decide({ input, device }, before) {
          if (before === null && isFull) return { result: { refused: 'too_many_registrations' } };
          const { root = '', contentFormats = [], objects = [] } = input;
          const given = { ...input, ...whereOf(input), ...device, root, contentFormats, objects, registrationId: newRegistrationId() };
          return accepted(registered(given, before, clock()), before?.registrationId ?? null);
        },
        shutOut: DISABLED,
      });
    },
    { keyOf: ({ device }) => device.deviceId },
  );

  interface Update {
    registrationId: string;
    input: UpdateInput;
  }

  const updates = createBundle(
    (items: readonly Update[]) =>
      changeAll<Update, Accepted | Refused>(deps, items, {
        find: (open) =>
          byRegistrationId(
            registrations,
            open.map(({ registrationId }) => registrationId),
          ),
        decide: ({ input }, before) => decideUpdate(input, before),
        shutOut: DISABLED,
      }),
    { keyOf: ({ registrationId }) => registrationId },
  );

  async function decideUpdate(input: UpdateInput, before: Registration | null): Promise<Decision<Accepted | Refused>> {
    const now = clock();
    if (before === null || before.expiresAt <= now) return { result: UNKNOWN };
    if (!(await maySpeakFor(known, before, input.identity))) return { result: WRONG };
    return accepted(updated(before, { ...input, at: whereOf(input) }, now), null);
  }

  const heardDevices = createHeardDevices((those) =>
    changeAll<Heard, null>(deps, those, {
      find: (open) =>
        byRegistrationId(
          registrations,
          open.map(({ registrationId }) => registrationId),
        ),
      decide: ({ gatewayId, at }, before) => ({ result: null, after: (before && heard(before, gatewayId, at)) ?? undefined }),
      shutOut: null,
    }),
  );

  /** One by its registration id. */
  const changeOne = async <R>(
    registrationId: string,
    decide: (before: Registration | null) => Decision<R> | Promise<Decision<R>>,
    shutOut: R,
  ) =>
    (
      await changeAll<string, R>(deps, [registrationId], {
        find: (ids) => byRegistrationId(registrations, ids),
        decide: (_, before) => decide(before),
        shutOut,
      })
    )[0] as R;

  return {
    async register(input) {
      if (linksOf(input.objects ?? []) > limits.registrationLinks) return { refused: 'too_many_links' };
      const device = await registeringDevice(known, input);
      return isRefused(device) ? device : (registers.add({ input, device }) ?? BUSY);
    },
    async update(registrationId, input) {
      if (linksOf(input.links?.objects ?? []) > limits.registrationLinks) return { refused: 'too_many_links' };
      return updates.add({ registrationId, input }) ?? BUSY;
    },
    deregister: (registrationId, { identity }) =>
      changeOne<{ deviceId: DeviceId } | Refused>(
        registrationId,
        async (before) => {
          if (before === null || before.expiresAt <= clock()) return { result: UNKNOWN };
          if (!(await maySpeakFor(known, before, identity))) return { result: WRONG };
          return { result: { deviceId: before._id }, after: null };
        },
        UNKNOWN,
      ),
    heard: (registrationId, gatewayId, at = clock()) => heardDevices.add({ registrationId, gatewayId, at }),
    async unanswered(registrationId, sentAt) {
      const lastHeard = heardDevices.lastOf(registrationId);
      if (lastHeard !== null && lastHeard > sentAt) return;
      await changeOne<null>(
        registrationId,
        (before) => ({ result: null, after: (before && unanswered(before, sentAt, clock())) ?? undefined }),
        null,
      );
    },
    registrationOf: async (deviceId) => unlessGone(await registrations.findOne({ _id: deviceId })),
    async registrationAt(gatewayId, { address, port }) {
      const found = registrations.find({ address, port, gatewayId, identity: null }).sort({ heardAt: -1 }).limit(1);
      return unlessGone(await found.next());
    },
    registrationsAt: async (gatewayId, page) => atGateway(registrations, gatewayId, page),
    reachAgain: (gatewayId) => reachAgain(deps, gatewayId),
    ofDevices: async (ids) => (await ofDevices(registrations, ids)).map(unlessGone),
    count: () => registrations.estimatedDocumentCount(),
    end: (ids) => endRegistrations(deps, ids),
    endLost: (lost) => endLost(deps, lost),
    gatewayReset: (gatewayId, until) => resetRegistrations(deps, gatewayId, until),
    endDue: (signal) => endDue(deps, signal),
    close: () => heardDevices.close(),
  };

  function unlessGone(registration: Registration | null): Registration | null {
    return registration && registration.expiresAt > clock() ? registration : null;
  }
}

const whereOf = ({ gatewayId, identity, peer }: Where): RegisteredAt => ({ gatewayId, identity, ...peer });

const accepted = (registration: Registration, replaced: string | null): Decision<Accepted | Refused> => ({
  result: { registrationId: registration.registrationId, deviceId: registration._id, registration, replaced },
  after: registration,
});
