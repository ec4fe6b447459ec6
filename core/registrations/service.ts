import { type DeviceId, productKeyOf } from '../../schema/model/ids';
import type { Limits } from '../../schema/model/limits';
import { heard, registered, unanswered, updated } from '../../schema/model/registration/changes';
import { isRefused, type Refused } from '../../schema/model/registration/refusals';
import { linksOf, plainPeerOf, type RegisteredAt, type Registration } from '../../schema/model/registration/registration';
import type { LostIdentity } from '../devices/contract';
import { createBundle } from './bundle';
import { changeAll, changeEach, type Decision } from './change';
import { type CommitDeps, createPresenceWriter, type WritingDeps } from './commit';
import type { Accepted, RegisterInput, RegistrationService, UpdateInput, Where } from './contract';
import { endDue, endLost, endRegistrations } from './due';
import { atGateway, byRegistrationId, countsAt, createFinder, ofDevices } from './find';
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
export function createRegistrations(given: RegistrationDeps): Registrations {
  const { known, limits, clock } = given;
  const deps: WritingDeps = { ...given, presences: createPresenceWriter(given) };
  const { registrations } = deps.store.collections;
  const finder = createFinder(registrations);

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

  /** What somebody says of a registration by its location. */
  interface Said {
    registrationId: string;
    decide(before: Registration | null): Decision<unknown> | Promise<Decision<unknown>>;
  }

  const said = createBundle(
    (items: readonly Said[]) =>
      changeEach<Said, { result: unknown } | null>(deps, items, {
        find: (open) =>
          byRegistrationId(
            registrations,
            open.map(({ registrationId }) => registrationId),
          ),
        async decide({ decide }, before) {
          const { result, ...change } = await decide(before);
          return { result: { result }, ...change };
        },
        shutOut: null,
      }),
    { keyOf: ({ registrationId }) => registrationId },
  );

  /** Null: as many wait as may. */
  async function say<R>(registrationId: string, decide: (before: Registration | null) => Decision<R> | Promise<Decision<R>>, shutOut: R) {
    const answer = said.add({ registrationId, decide });
    if (answer === null) return null;
    const told = await answer;
    return told === null ? shutOut : (told.result as R);
  }

  async function decideUpdate(input: UpdateInput, before: Registration | null): Promise<Decision<Accepted | Refused>> {
    const now = clock();
    if (before === null || before.expiresAt <= now) return { result: UNKNOWN };
    if (!(await maySpeakFor(known, before, input.identity))) return { result: WRONG };
    const { plainCoap, awakeSeconds } = await known.settingsOf(productKeyOf(before._id));
    if (input.identity === null && !plainCoap) return { result: { refused: 'plain_not_allowed' }, after: null };
    return accepted(updated({ ...before, awakeSeconds }, { ...input, at: whereOf(input) }, now), null);
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

  return {
    async register(input) {
      if (linksOf(input.objects ?? []) > limits.registrationLinks) return { refused: 'too_many_links' };
      const device = await registeringDevice(known, input);
      return isRefused(device) ? device : (registers.add({ input, device }) ?? BUSY);
    },
    async update(registrationId, input) {
      if (linksOf(input.links?.objects ?? []) > limits.registrationLinks) return { refused: 'too_many_links' };
      return (await say<Accepted | Refused>(registrationId, (before) => decideUpdate(input, before), DISABLED)) ?? BUSY;
    },
    async deregister(registrationId, { identity }) {
      const decide = async (before: Registration | null): Promise<Decision<{ deviceId: DeviceId } | Refused>> => {
        if (before === null || before.expiresAt <= clock()) return { result: UNKNOWN };
        if (!(await maySpeakFor(known, before, identity))) return { result: WRONG };
        return { result: { deviceId: before._id }, after: null };
      };
      return (await say(registrationId, decide, UNKNOWN)) ?? BUSY;
    },
    heard: (registrationId, gatewayId, at = clock()) => heardDevices.add({ registrationId, gatewayId, at }),
    async unanswered(registrationId, gatewayId, sentAt) {
      const lastHeard = heardDevices.lastOf(registrationId);
      if (lastHeard !== null && lastHeard > sentAt) return;
      const decide = (before: Registration | null): Decision<null> => ({
        result: null,
        after: (before && unanswered(before, gatewayId, sentAt, clock())) ?? undefined,
      });
      await say(registrationId, decide, null);
    },
    registrationOf: async (deviceId) => unlessGone(await finder.ofDevice(deviceId)),
    registrationAt: async (gatewayId, { address, port }) => unlessGone(await finder.atPeer(plainPeerOf({ gatewayId, address, port }))),
    ackTimeoutSecondsOf: async (deviceId) => (await known.settingsOf(productKeyOf(deviceId))).ackTimeoutSeconds,
    registrationsAt: async (gatewayId, page) => atGateway(registrations, gatewayId, page),
    countsAt: (gatewayId) => countsAt(registrations, gatewayId),
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
