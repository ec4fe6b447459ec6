import { createHash, timingSafeEqual } from 'node:crypto';
import type { DeviceId } from '../../../schema/model/ids';
import type { Admit } from '../../admission';
import type { GatewayCore } from '../../core';
import { own } from '../../lenient-json';
import type { GatewayMetrics } from '../../metrics';
import type { Authenticate, Authenticated } from '../authenticate';
import type { Identity, MqttDialect } from '../dialect';
import { MQTT_LIMITS } from '../limits';
import { contains } from '../topic-filter';
import type { Resolve } from './resolve';

export const HOOK_HEADER = 'x-updraft-secret';

/** As EMQX's HTTP authenticator and authorizer want it; another HTTP status would hand the question on to whoever is asked next. */
export interface HookAnswer {
  result: 'allow' | 'deny';
  /** Only of the gateways' own account. */
  is_superuser?: true;
}

export interface BrokerHook {
  /** Whether the caller has the secret. Nobody has, when none is set. */
  admits(secret: string | string[] | undefined): boolean;
  /** `clientid`, `username` and `password` of a CONNECT, and, where the broker says it, the address it comes from (`peerhost`). */
  authenticate(body: unknown): Promise<HookAnswer>;
  /** `clientid` and `username` of a client, and the `topic` it wants to `publish` or `subscribe` to (`action`). */
  authorize(body: unknown): Promise<HookAnswer>;
}

interface HookDeps {
  devices: Pick<GatewayCore['devices'], 'parentsOf' | 'awaits' | 'shown'>;
  /** Whoever spoke for the device until now may not be the one who does so from now on. */
  endClientsOf: (deviceId: DeviceId) => Promise<void>;
  authenticate: Authenticate;
  admit: Admit;
  dialects: readonly MqttDialect[];
  resolve: Resolve;
  metrics: GatewayMetrics;
  /** What the broker has to show. */
  secret?: string;
  /** The gateways' own account at the broker. */
  account: { username?: string; password?: string };
}

const ALLOW: HookAnswer = { result: 'allow' };
const DENY: HookAnswer = { result: 'deny' };
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
const isSame = (given: string, expected: string): boolean => timingSafeEqual(digest(given), digest(expected));
const textOf = (body: unknown, name: string): string | null => {
  const value = own(body, name);
  return typeof value === 'string' ? value : null;
};

/** Says for another broker who may connect, by the rules of the embedded one, and keeps each device to its own topics. */
export function createBrokerHook({
  devices,
  endClientsOf,
  authenticate,
  admit,
  dialects,
  resolve,
  metrics,
  secret,
  account,
}: HookDeps): BrokerHook {
  function isAccount(username: string): boolean {
    return account.username !== undefined && username === account.username;
  }

  /** A parent also speaks on the topics of its children, in a dialect where they have some. */
  async function isChildOf(parent: Identity, child: DeviceId | undefined): Promise<boolean> {
    if (child === undefined || (await devices.parentsOf([child])).get(child) !== parent.deviceId) return false;
    if (!(await devices.awaits(child))) return true;
    await endClientsOf(child);
    return devices.shown(child, { parentId: parent.deviceId });
  }

  /** The first with what a device is known by now: messages name only their device, so nobody else may be left who sends in its name. */
  async function isFirst({ identity: { deviceId }, proof }: Authenticated): Promise<boolean> {
    await endClientsOf(deviceId);
    return devices.shown(deviceId, proof);
  }

  return {
    admits: (given) => secret !== undefined && typeof given === 'string' && isSame(given, secret),

    async authenticate(body) {
      const [clientId, username, password] = [textOf(body, 'clientid'), textOf(body, 'username'), textOf(body, 'password')];
      if (clientId === null || username === null || password === null) return DENY;
      if (isAccount(username)) {
        return account.password !== undefined && isSame(password, account.password) ? { ...ALLOW, is_superuser: true } : DENY;
      }
      const address = textOf(body, 'peerhost') ?? undefined;
      const packet = { clientId, username, password: Buffer.from(password), address };
      const result = await admit(
        () => authenticate(packet),
        () => true,
      );
      if (result === null) metrics.connects.overloaded.inc();
      if (result === null || typeof result === 'number') return DENY;
      return !result.isFirst || (await isFirst(result)) ? ALLOW : DENY;
    },

    async authorize(body) {
      const [clientId, username] = [textOf(body, 'clientid'), textOf(body, 'username')];
      const [topic, action] = [textOf(body, 'topic'), textOf(body, 'action')];
      if (clientId === null || username === null || topic === null || topic.length > MQTT_LIMITS.filterLength) return DENY;
      if (action !== 'subscribe' && action !== 'publish') return DENY;
      if (action === 'publish' && /[+#]/.test(topic)) return DENY;
      for (const dialect of dialects) {
        const named = dialect.speaker(clientId, username);
        const identity = named && (await resolve(named));
        if (!identity) continue;
        const open = action === 'subscribe' ? [...dialect.own(identity), ...dialect.unserved(identity)] : dialect.own(identity);
        if (open.some((own) => contains(own, topic))) return ALLOW;
        if (await isChildOf(identity, dialect.childNamedBy?.(topic))) return ALLOW;
      }
      if (action === 'subscribe') metrics.subscriptionsRefused.inc();
      else metrics.dropped.foreign_topic.inc();
      return DENY;
    },
  };
}
