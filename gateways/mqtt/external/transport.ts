import { isPlatformLed } from '../../../schema/model/protocol/dialect';
import { createAdmission } from '../../admission';
import { createAttempts } from '../../attempts';
import { ANSWER_WITHIN_MS } from '../../in-time';
import type { DeviceUrls, Transport } from '../../transport';
import { createAuthenticate } from '../authenticate';
import type { DownMessage } from '../dialect';
import { createFamilies } from '../families';
import type { TransportParts } from '../transport-parts';
import { type ClientCheck, startClientCheck } from './client-check';
import { createBrokerConnection } from './connection';
import { createBrokerLink } from './device-link';
import { createEmqxApi } from './emqx-api';
import { createEmqxPresence, EMQX_PRESENCE_FILTERS } from './emqx-presence';
import { createBrokerHook } from './hook';
import { type HookServer, openHookServer } from './hook-server';
import { createInbox } from './inbox';
import { createBrokerMetrics } from './metrics';
import { createPeers } from './peers';
import { createResolve } from './resolve';
import { BROKER_LIMITS, type ExternalSettings } from './settings';

/** A share of what comes goes to each gateway that is subscribed by this name. */
const SHARED = '$share/updraft/';

/** Devices connect to a broker of its own; this process is one of its clients. */
export function createBrokerTransport(
  parts: TransportParts,
  { broker: settings, hook: hookSettings }: ExternalSettings,
  gatewayName: string,
): Transport<Pick<DeviceUrls, 'hookUrl'>> {
  const { devices, dialects, gatewayId, queues, quotas, metrics, sampled, logger } = parts;
  const resolve = createResolve(devices);
  const emqx = settings.presence === 'emqx';
  const api = settings.emqxApi && createEmqxApi(settings.emqxApi);
  const families = createFamilies({ devices, queues, metrics, sampled });
  const peers = createPeers(BROKER_LIMITS.peers, answer, families.childOf);
  const by = hookSettings && ('HOOK' as const);
  const inbox = createInbox({ ...parts, resolve, peerOf: peers.peerOf, renames: !emqx, by });
  const presence = emqx ? createEmqxPresence({ ...parts, resolve, api, by }) : () => false as const;
  const filtersOf = (platformLed: boolean): string[] =>
    dialects.flatMap(({ name, upFilters }) => (isPlatformLed({ dialect: name }) === platformLed ? upFilters : []));

  const connection = createBrokerConnection({
    ...{ settings, gatewayName, sampled, logger },
    filters: [...filtersOf(false), ...(emqx ? EMQX_PRESENCE_FILTERS : [])].map((filter) => `${SHARED}${filter}`),
    // A platform-led device answers into the rate at which it was asked, so its answers go where the pushes come from.
    unshared: filtersOf(true),
    onMessage(topic, payload) {
      const taken = presence(topic, payload);
      return taken === false ? inbox(topic, payload) : taken;
    },
    onUnheard: () => devices.unheard(gatewayId),
    metrics: createBrokerMetrics(metrics.registry),
  });
  let server: HookServer | null = null;
  let check: ClientCheck | null = null;

  async function answer({ topic, payload }: DownMessage): Promise<boolean> {
    const left = await connection.publish(topic, payload, 0).then(
      () => true,
      () => false,
    );
    metrics.deliveries[left ? 'delivered' : 'disconnected'].inc();
    return left;
  }

  async function openHook({ host, port, secret }: NonNullable<ExternalSettings['hook']>): Promise<HookServer> {
    const { authentications: concurrent, connectsWaiting: waiting } = quotas;
    const hook = createBrokerHook({
      ...{ devices, dialects, resolve, metrics, secret, account: settings },
      endClientsOf: async (deviceId) => check?.endClientsOf(deviceId),
      authenticate: createAuthenticate({ devices, dialects, attempts: createAttempts(quotas), metrics, sampled }),
      admit: createAdmission({ concurrent, waiting, waitMs: ANSWER_WITHIN_MS }),
    });
    return openHookServer(hook, { host, port, isReady: () => connection.connected, sampled });
  }

  return {
    dialects: dialects.map(({ name }) => name),
    get connected() {
      return connection.connected;
    },
    onConnected(listener) {
      connection.onChange(listener);
      listener(connection.connected);
    },
    onPushes(listener) {
      connection.onPushes(listener);
      listener(connection.pushes);
    },
    link: createBrokerLink({
      ...parts,
      publish: (topic, payload, qos) => connection.publish(topic, payload, qos),
      onSpokenTo(parentId, deviceId) {
        const peer = peers.remembered(parentId);
        if (peer) families.identityOf(peer, deviceId);
      },
      onGone: (deviceId) => peers.forget(deviceId),
    }),
    async start() {
      // The broker may need its answers before it lets us in.
      if (hookSettings) server = await openHook(hookSettings);
      connection.open();
      const isMine = () => connection.pushes;
      // Where Updraft does not decide who may connect, they would be back at once, and those it does not know may be somebody else's.
      const ends = server !== null && api && { api };
      check = startClientCheck({ ...parts, resolve, ...ends, everyMs: quotas.sessionCheckMs, isMine });
      return server === null ? {} : { hookUrl: server.url };
    },
    async close() {
      await check?.stop();
      await connection.close();
      await server?.close();
    },
  };
}
