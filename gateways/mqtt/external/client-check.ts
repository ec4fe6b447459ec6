import { repeat } from '../../../core/repeat';
import type { SampledLog } from '../../../core/sampled-log';
import { type DeviceId, deviceNameOf, productKeyOf } from '../../../schema/model/ids';
import type { GatewayCore } from '../../core';
import type { GatewayMetrics } from '../../metrics';
import type { MqttDialect } from '../dialect';
import { MQTT_LIMITS } from '../limits';
import type { EmqxApi, EmqxClient } from './emqx-api';
import type { Resolve } from './resolve';

/** Disabled devices that are looked for at once: EMQX reads 8,000 bytes of an address. */
const SOUGHT = 4;
/** Disabled devices of a second; the others are there in the next. */
const DISABLED = 40;

export interface ClientCheck {
  /** Ends all connections that speak for the device, where they can be ended. */
  endClientsOf(deviceId: DeviceId): Promise<void>;
  stop(): Promise<void>;
}

type Found = DeviceId | 'unknown' | null;

/**
 * The session check of the embedded broker (`embedded/session-check.ts`) where another one holds the connections: the store is asked for
 * disabled devices every second, which are off-line from then on. EMQX ends their connections, and is asked for all of its clients in
 * portions, one a second, again `everyMs` after the last. What fails is found again by the next look, and a client that has gone is none.
 */
export function startClientCheck(deps: {
  devices: Pick<GatewayCore['devices'], 'reviewConnected' | 'disabledOn' | 'sessionEndsAt' | 'onSessionEnds' | 'sessionAt' | 'left'>;
  dialects: readonly MqttDialect[];
  resolve: Resolve;
  /** Absent: connections cannot be ended. */
  api?: Pick<EmqxApi, 'list' | 'end'>;
  gatewayId: string;
  everyMs: number;
  /** One gateway at a time looks. */
  isMine: () => boolean;
  metrics: GatewayMetrics;
  sampled: SampledLog;
}): ClientCheck {
  const { devices, dialects, resolve, api, gatewayId, everyMs, isMine, metrics, sampled } = deps;
  const stopping = new AbortController();
  const oftenMs = Math.min(everyMs, MQTT_LIMITS.disabledCheckMs);
  let cursor: string | undefined;

  /** Unknown: it speaks for a device that nobody has registered. Null: for none, and is nobody's business here. */
  async function deviceOf({ clientId, username }: EmqxClient): Promise<Found> {
    let speaks = false;
    for (const dialect of dialects) {
      const named = dialect.speaker(clientId, username);
      if (named === null) continue;
      speaks = true;
      const identity = await resolve(named);
      if (identity) return identity.deviceId;
    }
    return speaks ? 'unknown' : null;
  }

  const withDevices = (clients: readonly EmqxClient[]) =>
    Promise.all(clients.map(async (client) => ({ ...client, deviceId: await deviceOf(client) })));

  async function end({ clientId }: EmqxClient): Promise<void> {
    if (await api?.end(clientId, stopping.signal)) metrics.closed.not_allowed.inc();
  }

  async function look(): Promise<void> {
    const from = isMine() ? cursor : undefined;
    // Unless the list goes on, the next look begins anew: EMQX forgets a cursor when one of its nodes goes.
    cursor = undefined;
    if (!api || !isMine()) return;
    const portion = await api.list({ cursor: from }, stopping.signal);
    const clients = await withDevices(portion.clients);
    const known = clients.flatMap(({ deviceId }) => (deviceId === null || deviceId === 'unknown' ? [] : [{ deviceId }]));
    const notAllowed = new Set<Found>(known.length === 0 ? [] : (await devices.reviewConnected(known)).notAllowed);
    cursor = portion.cursor;
    for (const client of clients) if (client.deviceId === 'unknown' || notAllowed.has(client.deviceId)) await end(client);
  }

  async function endDisabled(): Promise<void> {
    const disabled = isMine() ? (await devices.disabledOn(gatewayId)).slice(0, DISABLED) : [];
    for (let begin = 0; begin < disabled.length && !stopping.signal.aborted; begin += SOUGHT)
      await endAll(disabled.slice(begin, begin + SOUGHT));
  }

  async function endClientsOf(ids: readonly DeviceId[]): Promise<void> {
    const found = await api?.list({ usernames: ids.flatMap((id) => userNames(dialects, id)) }, stopping.signal);
    const wanted = new Set<Found>(ids);
    for (const client of await withDevices(found?.clients ?? [])) if (wanted.has(client.deviceId)) await end(client);
  }

  /** Nobody knows there which of a device's clients was let in by what: those of now as well, which are back at once. */
  async function endNamed(): Promise<void> {
    const named = api && isMine() ? await devices.sessionEndsAt(gatewayId) : [];
    for (let begin = 0; begin < named.length && !stopping.signal.aborted; begin += SOUGHT)
      await endClientsOf(named.slice(begin, begin + SOUGHT));
  }

  async function endAll(ids: readonly DeviceId[]): Promise<void> {
    const sessions = await Promise.all(ids.map((deviceId) => devices.sessionAt(deviceId, gatewayId)));
    await endClientsOf(ids);
    // EMQX says it as well, but not of one whose end was missed.
    for (const [index, deviceId] of ids.entries()) {
      const session = sessions[index];
      if (typeof session === 'string') await devices.left(deviceId, gatewayId, { is: session });
    }
  }

  const onFailure = (error: unknown) => {
    if (stopping.signal.aborted) return;
    sampled.warn('session check', { err: error }, "EMQX's clients could not be compared with the registered devices; they are later");
  };
  const stops = [
    repeat(look, () => (cursor === undefined ? everyMs : oftenMs), onFailure),
    repeat(endDisabled, () => oftenMs, onFailure),
    repeat(endNamed, () => oftenMs, onFailure),
  ];
  const unlisten = devices.onSessionEnds(() => void endNamed().catch(onFailure));
  return {
    endClientsOf: (deviceId) => endClientsOf([deviceId]),
    async stop() {
      unlisten();
      stopping.abort();
      await Promise.all(stops.map((stop) => stop()));
    },
  };
}

/** Whatever the dialect: a device that speaks another one has no connection under these names. */
function userNames(dialects: readonly MqttDialect[], deviceId: DeviceId): string[] {
  const device = { deviceId, productKey: productKeyOf(deviceId), deviceName: deviceNameOf(deviceId) };
  return dialects.flatMap((dialect) => dialect.names(device).map((name) => dialect.userName(name)));
}
