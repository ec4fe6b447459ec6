import { createKnown } from '../../core/access/known';
import { systemClock } from '../../core/clock';
import { repeat } from '../../core/repeat';
import type { DeviceId } from '../../schema/model/ids';
import { dialectsOver } from '../../schema/model/protocol/dialect';
import type { Registration } from '../../schema/model/registration/registration';
import { inTime } from '../in-time';
import type { DeviceUrls, GatewayParts, Transport } from '../transport';
import { type AccessCheck, startAccessCheck } from './access-check';
import { addressesOf, inUrl } from './addresses';
import { createBounds } from './bounds';
import type { CoapCore } from './core';
import { createFront, type Front } from './front/front';
import type { Peer } from './front/peer';
import { openUdp, type UdpSockets } from './front/udp';
import { createKnownRegistrations } from './known-registrations';
import { loadPlainPeers } from './load-plain-peers';
import { createConversations, type Registered } from './lwm2m/conversations';
import type { DeviceRequests } from './lwm2m/requests/device-requests';
import type { CoapMessage } from './message/message';
import { createCoapMetrics } from './metrics';
import { COAP_QUOTAS, type CoapQuotas } from './quotas';
import { createRegisteredPeers } from './registered-peers';
import { createRequestHandler, isRepeatable } from './request-handler';
import { openSecure, type SecureCoap } from './secure';
import { provenDevice, type SessionPeer } from './session-peer';
import { createUpgrades, type Upgrades } from './upgrades/upgrades';

export interface CoapSettings {
  /** A name or an address. */
  host: string;
  /** 0 takes a free one; null: no plain CoAP. */
  port: number | null;
  /** The same for CoAP over DTLS. */
  securePort: number | null;
  quotas?: Partial<CoapQuotas>;
  /** The installation's: tokens of observations are made with it, so that every gateway knows them. */
  observeSecret: Uint8Array;
}

export interface CoapTransport extends Transport<CoapUrls> {
  /** What LwM2M asks of devices. */
  readonly requests: DeviceRequests;
}

export type CoapUrls = Pick<DeviceUrls, 'coapUrl' | 'coapsUrl'>;

/** Devices within reach that count as off-line, because this process was taken for dead, come again within about so long. */
const REACH_EVERY_MS = 30_000;

/** However often the metrics are read, devices are counted no more often. */
const COUNT_EVERY_MS = 5_000;

/** CoAP for devices, plain and with DTLS, on sockets of this process. */
export const coap =
  (core: CoapCore, settings: CoapSettings) =>
  (parts: GatewayParts): CoapTransport =>
    createCoapTransport(parts, core, settings);

function createCoapTransport(
  { gatewayId, metrics: { registry }, sampled, logger }: GatewayParts,
  given: CoapCore,
  settings: CoapSettings,
): CoapTransport {
  const quotas = { ...COAP_QUOTAS, ...settings.quotas };
  const core: CoapCore = { ...given, registrations: createKnownRegistrations(given.registrations, { most: quotas.peers }) };
  const { devices, registrations, downloads } = core;
  const metrics = createCoapMetrics(registry);
  const peers = createRegisteredPeers(quotas.peers);
  const counts = createKnown({ load: (id: string) => registrations.countsAt(id), ttlMs: COUNT_EVERY_MS, most: 1, clock: systemClock });
  const boundsOf = createBounds(quotas);
  const onError = (error: unknown): void => sampled.error('coap', { err: error }, 'Something failed while a CoAP message was worked at');

  /** Core is asked: a registration that this process has heard of may be over. */
  async function registeredAt(peer: Peer): Promise<Registered | null> {
    const deviceId = provenDevice(peer);
    const found = await (deviceId === null
      ? given.registrations.registrationAt(gatewayId, peer)
      : given.registrations.registrationOf(deviceId));
    return found?.identity === peer.identity ? { deviceId: found._id, registrationId: found.registrationId } : null;
  }

  /** Where the device was heard last; null where somebody else was heard since. */
  function peerOf({ _id, registrationId, identity, plainPeer, address, port }: Registration): Peer | null {
    const known = peers.ofDevice(_id);
    if (known?.registrationId === registrationId) return known.peer;
    if (identity !== null) return secure?.peerOf(identity) ?? null;
    return plainPeer === undefined ? null : (plain?.peerAt({ address, port }) ?? null);
  }

  /** Null: it cannot be looked at now, and may come again. */
  async function onNotification(peer: Peer, notification: CoapMessage): Promise<boolean | 'stranger' | null> {
    const { mayAsk, admit } = boundsOf(peer);
    if (!mayAsk(peer.address)) return null;
    return admit(
      () => inTime(conversations.onNotification(peer, notification)),
      () => true,
    );
  }

  const { observeSecret } = settings;
  const request: Front['request'] = (...of) => front.request(...of);
  const onTold: Upgrades['told'] = (...of) => upgrades.told(...of);
  const conversations = createConversations({ core, gatewayId, request, peerOf, registeredAt, onTold, observeSecret, quotas, metrics });
  const { requests } = conversations;
  const versionOf = async (deviceId: DeviceId) => (await registrations.registrationOf(deviceId))?.version ?? null;
  const upgrades = createUpgrades({
    ...{ gatewayId, requests, versionOf, downloads, upgrades: core.upgrades, quotas, metrics: metrics.upgrades, sampled },
  });
  const front = createFront({
    metrics,
    limits: { duplicates: quotas.duplicates },
    onRequest: createRequestHandler({ core, gatewayId, peers, registeredAt, conversations, upgrades, boundsOf, metrics, sampled, onError }),
    isRepeatable,
    onNotification,
    onError,
  });
  let plain: UdpSockets | null = null;
  let secure: SecureCoap | null = null;
  let check: AccessCheck | null = null;
  let stopAll: () => Promise<unknown> = async () => undefined;

  const receive = (peer: Peer, message: Buffer): void => front.receive(peer, message);
  const onDropped = (): void => metrics.dropped.send_failed.inc();
  const onCome = (session: SessionPeer): void => check?.onCome(session);

  /** What was known of it goes with its session; its registration stays. */
  function onGone(peer: Peer): void {
    const gone = peers.ofPeer(peer);
    if (gone) peers.forget(gone.deviceId);
  }

  async function open(): Promise<CoapUrls> {
    const { host, port, securePort } = settings;
    const addresses = await addressesOf(host);
    if (port !== null) plain = await openUdp({ addresses, port, receive, onError, onDropped });
    if (securePort !== null) {
      const opened = await openSecure({ devices, addresses, port: securePort, quotas, receive, onCome, onGone, metrics, sampled });
      metrics.watchDtls(() => opened.state());
      secure = opened;
    }
    metrics.watchRegistrations(async () => (await inTime(counts.get(gatewayId))).value);
    return { ...urlOf('coap', plain, host), ...urlOf('coaps', secure, host) };
  }

  const isHere = async (deviceId: DeviceId): Promise<boolean> =>
    peers.ofDevice(deviceId) !== undefined || (await registrations.registrationOf(deviceId))?.gatewayId === gatewayId;

  let loaded = false;
  async function reachAgain(): Promise<void> {
    if (!loaded) await loadPlainPeers({ registrations, gatewayId, peers, most: quotas.peers, peerOf });
    loaded = true;
    await inTime(registrations.reachAgain(gatewayId));
  }
  const onFailure = (error: unknown): void =>
    sampled.warn('reach again', { err: error }, 'Devices that are within reach could not be told of; they are later');

  return {
    requests,
    dialects: dialectsOver('COAP'),
    connected: true,
    onConnected: (listener) => listener(true),
    onPushes: (listener) => listener(true),
    link: {
      gatewayId,
      isConnected: (deviceId) => peers.ofDevice(deviceId) !== undefined,
      // What a device is told follows from what it answers: an address is written, or the package, when it has been looked at.
      notify: async () => false,
      queryVersion: async ({ deviceId }) => (await isHere(deviceId)) && upgrades.pushed(deviceId),
      roomFor: () => upgrades.room,
    },

    async start() {
      const urls = await open();
      const sessions = () => secure?.sessions() ?? [];
      const started = startAccessCheck({ devices, sessions, everyMs: quotas.sessionCheckMs, sampled });
      check = started;
      await reachAgain().catch(onFailure);
      upgrades.start();
      const stopReaching = repeat(reachAgain, () => REACH_EVERY_MS, onFailure);
      stopAll = () => Promise.all([stopReaching(), started.stop()]);
      logger.info({ gatewayId, ...urls }, 'Devices can register');
      return urls;
    },

    async close() {
      await Promise.all([stopAll(), upgrades.stop()]);
      conversations.stop();
      await front.close();
      await Promise.all([plain?.close(), secure?.close()]);
      plain = null;
      secure = null;
    },
  };
}

function urlOf(scheme: 'coap' | 'coaps', sockets: Pick<UdpSockets, 'bound'> | null, host: string): CoapUrls {
  const [first] = sockets?.bound ?? [];
  return first ? { [`${scheme}Url`]: `${scheme}://${inUrl(host)}:${first.port}` } : {};
}
