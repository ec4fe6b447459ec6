import { EventEmitter, once } from 'node:events';
import type { Accepted, GatewayRegistrations, RegisterInput, UpdateInput } from '../../../core/registrations/contract';
import type { CoapCore } from '../../../gateways/coap/core';
import { registered, updated } from '../../../schema/model/registration/changes';
import type { Refused } from '../../../schema/model/registration/refusals';
import type { Registration } from '../../../schema/model/registration/registration';
import { FakeUpgrades } from './upgrades/fake-upgrades';

export const PRODUCT = 'valves';
/** Identities with their keys; the endpoint names are the same. */
export const KEYS: Readonly<Record<string, Buffer>> = {
  'valve-1': Buffer.alloc(16, 1),
  'valve-2': Buffer.alloc(16, 2),
  'next-1': Buffer.alloc(16, 3),
};
/** Identities that are another name of a device. */
const OWNERS: Readonly<Record<string, string>> = { 'next-1': 'valve-1' };
/** May register without a key. */
export const PLAIN = ['plain-1', 'plain-2'];

const deviceIdOf = (endpoint: string): string => `${PRODUCT}.${endpoint}`;

/** Registrations in memory, decided on by the rules of the model. */
export class FakeCoapCore implements CoapCore {
  readonly calls: string[] = [];
  readonly stored = new Map<string, Registration>();
  readonly disabled = new Set<string>();
  /** What the keys are good by now, by identity; 0 where it is not said. */
  readonly generations = new Map<string, string>();
  /** Kept waiting until resolved. */
  hold: Promise<void> = Promise.resolve();
  fails = false;
  readonly heard: string[] = [];
  /** Devices that other processes have changed. */
  readonly ends: string[] = [];
  private readonly changed = new EventEmitter();
  private count = 0;

  readonly devices: CoapCore['devices'] = {
    pskOf: async (identity) => {
      const key = KEYS[identity];
      return key === undefined || this.disabled.has(identity)
        ? null
        : { deviceId: deviceIdOf(OWNERS[identity] ?? identity), key, proof: this.proofOf(identity) };
    },
    lwm2mSessionEnds: () => ({ take: async () => this.ends.splice(0) }),
    onSessionEnds: () => () => undefined,
    reviewConnected: async (connected) => ({
      notAllowed: connected
        .filter(
          ({ deviceId, proof }) =>
            [...this.disabled].some((endpoint) => deviceId === deviceIdOf(endpoint)) ||
            Object.keys(KEYS).every((identity) => this.proofOf(identity).psk !== proof?.psk),
        )
        .map(({ deviceId }) => deviceId),
      offline: [],
    }),
  };

  readonly registrations: GatewayRegistrations = {
    register: async (input) => {
      await this.called(`register ${input.endpoint}`);
      const refused = this.refusal(input);
      if (refused) return refused;
      const endpoint = input.endpoint ?? input.identity ?? '';
      const deviceId = deviceIdOf(endpoint);
      const before = this.stored.get(deviceId) ?? null;
      this.count += 1;
      const { root = '', contentFormats = [], objects = [], peer, ...rest } = input;
      const given = {
        ...rest,
        ...peer,
        root,
        contentFormats,
        objects,
        endpoint,
        deviceId,
        registrationId: `r${this.count}`,
        awakeSeconds: 93,
      };
      return this.keep(registered(given, before, new Date()), before?.registrationId ?? null);
    },
    update: async (registrationId, { peer, gatewayId, identity, ...input }: UpdateInput) => {
      await this.called(`update ${registrationId}`);
      const before = this.of(registrationId);
      if (!before) return { refused: 'unknown_registration' };
      if (before.identity !== identity) return { refused: 'wrong_identity' };
      return this.keep(updated(before, { ...input, at: { gatewayId, identity, ...peer } }, new Date()), null);
    },
    deregister: async (registrationId) => {
      await this.called(`deregister ${registrationId}`);
      const before = this.of(registrationId);
      if (!before) return { refused: 'unknown_registration' };
      this.stored.delete(before._id);
      return { deviceId: before._id };
    },
    heard: (registrationId) => void this.heard.push(registrationId),
    unanswered: async () => undefined,
    ackTimeoutSecondsOf: async () => 2,
    registrationOf: async (deviceId) => this.stored.get(deviceId) ?? null,
    registrationAt: async (_gatewayId, { address, port }) =>
      [...this.stored.values()].find((each) => each.address === address && each.port === port && each.identity === null) ?? null,
    registrationsAt: async (gatewayId) => [...this.stored.values()].filter((each) => each.gatewayId === gatewayId),
    countsAt: async () => {
      this.calls.push('count');
      const all = [...this.stored.values()];
      return { registered: all.length, online: all.filter(({ online }) => online).length };
    },
    reachAgain: async (gatewayId) => {
      this.calls.push(`reach again ${gatewayId}`);
      return 0;
    },
  };

  /** The device and the file of each token; a file of nobody is for all. */
  readonly files = new Map<string, { deviceId: string; bytes: Buffer }>();
  readonly downloads: CoapCore['downloads'] = {
    tokenBlock: async (token, asker, { offset, length }) => {
      const file = this.files.get(token);
      if (file === undefined) return { kind: 'unknown' };
      const { bytes, deviceId } = file;
      if (asker.deviceId !== null && deviceId !== '' && asker.deviceId !== deviceId) return { kind: 'refused' };
      return { kind: 'block', bytes: bytes.subarray(offset, offset + length), size: bytes.length, etag: Buffer.alloc(8, 7), deviceId };
    },
  };

  readonly upgrades = new FakeUpgrades();

  async until(call: string): Promise<void> {
    while (!this.calls.includes(call)) await once(this.changed, 'call');
  }

  private proofOf(identity: string) {
    return { registration: null, psk: `${identity} ${this.generations.get(identity) ?? 0}` };
  }

  private of(registrationId: string): Registration | undefined {
    return [...this.stored.values()].find((each) => each.registrationId === registrationId);
  }

  private async called(call: string): Promise<void> {
    this.calls.push(call);
    this.changed.emit('call');
    await this.hold;
    if (this.fails) throw new Error('no database');
  }

  private refusal({ endpoint, identity, proof }: RegisterInput): Refused | null {
    if (identity !== null && proof?.psk !== this.proofOf(identity).psk) return { refused: 'wrong_identity' };
    if (identity !== null) return endpoint === null || endpoint === identity ? null : { refused: 'wrong_identity' };
    if (endpoint === null) return { refused: 'no_endpoint' };
    if (endpoint in KEYS) return { refused: 'plain_not_allowed' };
    return PLAIN.includes(endpoint) ? null : { refused: 'unknown_endpoint' };
  }

  private keep(registration: Registration, replaced: string | null): Accepted {
    this.stored.set(registration._id, registration);
    return { registrationId: registration.registrationId, deviceId: registration._id, registration, replaced };
  }
}
