import { MQTT_LIMITS } from '../../gateways/mqtt/limits';
import { MQTT_QUOTAS, type MqttQuotas } from '../../gateways/mqtt/quotas';
import * as kinds from './kinds';
import type { Setting } from './settings';

/** `messagesPerSecond` is `UPDRAFT_MQTT_MESSAGES_PER_SECOND`. */
export const quotaVariable = (name: string): string => `UPDRAFT_MQTT_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;

const MOST = 1_000_000;

const ABOUT: Record<keyof MqttQuotas, { about: string; range?: readonly [number, number]; unit?: string }> = {
  connections: { about: 'Sockets of devices in all; further ones are closed.' },
  strangers: { about: 'Connections that have not said yet which device they are; with more, the oldest is closed.' },
  connectsPerMinute: {
    about: 'Connections a minute of one device, a tenth of them at once; further ones are told to come again (CONNACK 3).',
  },
  wrongPasswordsPerMinute: {
    about:
      'Wrong passwords a minute for one device from one address, a third of them at once; then its passwords from there are not looked at for a while (CONNACK 3).',
  },
  addressConnectsPerSecond: {
    about:
      'Connections a second from one address (of IPv6: one /64), and twenty times as many at once; further ones are closed. Higher where a proxy hides the addresses of many.',
  },
  addressWrongPasswordsPerMinute: {
    about:
      'Wrong passwords a minute from one address, a third of them at once; then only devices that were right from there before are looked at for a while.',
  },
  messagesPerSecond: { about: 'Messages a second that a device may send over time; further ones are dropped.' },
  messagesBurst: { about: 'Messages that a device may send at once after a pause.' },
  payloadBytes: { about: 'Bytes of a message of a device; a longer one is dropped.', range: [1, MQTT_LIMITS.packetBytes - 2 * 1_024] },
  openRequests: { about: 'Questions of a device (firmware/get, file/download; each kind apart) that wait for their answers.' },
  authentications: { about: 'Connecting devices that are checked at once.' },
  connectsWaiting: { about: 'Connecting devices that wait to be checked; further ones are told to come again (CONNACK 3).' },
  outgoingBytes: {
    about: 'Bytes that wait for a device which does not read, before it is disconnected.',
    range: [1_024, 64 * 1_024 * 1_024],
  },
  keepAliveMinimum: {
    about: 'Shortest keep-alive; a shorter one is taken as this. After one and a half keep-alives without a packet the connection ends.',
    range: [1, MQTT_LIMITS.keepAliveMaximum],
    unit: 'seconds',
  },
  sessionCheckMs: {
    about:
      'All sessions are compared with the registered devices once in so long: what a change of credentials should have ended before ends then. Connected devices that count as off-line are told of anew.',
    range: [10, 3_600_000],
    unit: 'milliseconds',
  },
};

/** A variable for each quota of the gateway, which owns their names, meanings and defaults. */
export const QUOTA_SETTINGS: ReadonlyMap<keyof MqttQuotas, Setting<number>> = new Map(
  (Object.entries(MQTT_QUOTAS) as [keyof MqttQuotas, number][]).map(([name, value]) => {
    const { about, range = [1, MOST], unit } = ABOUT[name];
    return [name, { kind: kinds.wholeNumber(...range, unit), default: value, about, example: `${value}` }];
  }),
);
