import { readFileSync } from 'node:fs';
import type { BrokerSettings } from '../../gateways/mqtt/external/settings';
import * as kinds from './kinds';
import { optional, setting } from './setting';
import { urlOf } from './urls';

/** Of an MQTT broker beside Updraft. */
export const BROKER_SETTINGS = {
  UPDRAFT_MQTT_BROKER_URL: optional(urlOf('UPDRAFT_MQTT_BROKER_URL'), {
    defaultText: 'the embedded broker',
    about: 'The MQTT 5 broker that devices connect to. With it, gateways are clients of that broker and open no MQTT port.',
    example: 'mqtts://mqtt.example.com:8883',
  }),
  UPDRAFT_MQTT_BROKER_USERNAME: optional(kinds.text(/^[^\p{C}]{1,256}$/u, '1 to 256 characters'), {
    defaultText: 'none',
    about: "User name of the gateways' account at that broker.",
    example: 'updraft',
  }),
  UPDRAFT_MQTT_BROKER_PASSWORD: optional(kinds.text(/^[^\p{C}]{1,1024}$/u, '1 to 1024 characters'), {
    defaultText: 'none',
    about: 'Password of that account.',
    example: 'a-long-random-text',
    secret: true,
  }),
  UPDRAFT_MQTT_BROKER_CA_FILE: optional(kinds.path, {
    defaultText: "the system's",
    about: 'Certificates (PEM) that are trusted for mqtts.',
    example: '/etc/updraft/broker-ca.pem',
  }),
  UPDRAFT_MQTT_BROKER_NAME: setting(kinds.text(/^[\w.-]{1,48}$/, '1 to 48 letters, digits, dots, dashes or underscores'), 'main', {
    about:
      'Name of that broker: the same for all gateways that are its clients, another for another broker. It stays when the URL changes.',
    example: 'eu',
  }),
  UPDRAFT_MQTT_BROKER_PRESENCE: setting(kinds.oneOf('messages', 'emqx'), 'messages', {
    about: "How it is known which devices are connected: by the messages they send, or by what EMQX's system topics say.",
    example: 'emqx',
  }),
  UPDRAFT_EMQX_API_URL: optional(urlOf('UPDRAFT_EMQX_API_URL'), {
    defaultText: 'devices subscribe themselves',
    about:
      "EMQX's management API, by which gateways subscribe each device that connects to its own topics and, with the hook, end connections of devices that may have none. Wants UPDRAFT_MQTT_BROKER_PRESENCE=emqx.",
    example: 'http://emqx:18083',
  }),
  UPDRAFT_EMQX_API_KEY: optional(kinds.text(/^[\x21-\x39\x3b-\x7e]{1,256}$/, 'an API key'), {
    defaultText: 'none',
    about: 'Key of that API.',
    example: 'updraft',
  }),
  UPDRAFT_EMQX_API_SECRET: optional(kinds.text(/^[\x21-\x7e]{1,256}$/, 'the secret of an API key'), {
    defaultText: 'none',
    about: 'Its secret.',
    example: 'a-long-random-text',
    secret: true,
  }),
  UPDRAFT_MQTT_HOOK_PORT: setting(kinds.portOrOff as kinds.Kind<number | null>, null as number | null, {
    defaultText: 'off',
    about: "Port at which gateways answer the broker's questions about who may connect and to which topics (HTTP, on UPDRAFT_HOST).",
    example: '8085',
  }),
  UPDRAFT_MQTT_HOOK_SECRET: optional(kinds.text(/^[\x21-\x7e]{16,256}$/, '16 to 256 printable ASCII characters'), {
    defaultText: 'none, and every question is refused',
    about: 'What the broker has to show in the header X-Updraft-Secret.',
    example: 'f3b1c07e5d2a49b8',
    secret: true,
  }),
} as const;

interface Given {
  url: string | undefined;
  username: string | undefined;
  password: string | undefined;
  caFile: string | undefined;
  name: string;
  presence: 'messages' | 'emqx';
  apiUrl: string | undefined;
  apiKey: string | undefined;
  apiSecret: string | undefined;
  hookPort: number | null;
  hookSecret: string | undefined;
}

export interface BrokerConfig extends Omit<BrokerSettings, 'ca'> {
  caFile?: string;
  hook?: { port: number; secret: string };
}

/** The broker, where one is named; adds to `problems` what doesn't fit together. */
export function brokerSettingsOf(given: Given, problems: string[]): BrokerConfig | undefined {
  const { url, username, password, caFile, name, presence, apiUrl, apiKey, apiSecret, hookPort, hookSecret } = given;
  if (url === undefined) {
    if (hookPort !== null) problems.push('UPDRAFT_MQTT_BROKER_URL is not set: with UPDRAFT_MQTT_HOOK_PORT expected the broker that asks');
    return undefined;
  }
  if (password !== undefined && username === undefined) {
    problems.push('UPDRAFT_MQTT_BROKER_USERNAME is not set: expected with UPDRAFT_MQTT_BROKER_PASSWORD, or neither of the two');
  }
  if (hookPort !== null && hookSecret === undefined) {
    problems.push('UPDRAFT_MQTT_HOOK_SECRET is not set: with UPDRAFT_MQTT_HOOK_PORT expected what the broker shows');
  }
  if (apiUrl !== undefined && (apiKey === undefined || apiSecret === undefined)) {
    problems.push('UPDRAFT_EMQX_API_KEY or UPDRAFT_EMQX_API_SECRET is not set: expected both with UPDRAFT_EMQX_API_URL');
  }
  if (apiUrl !== undefined && presence !== 'emqx') {
    problems.push('UPDRAFT_MQTT_BROKER_PRESENCE is "messages": with UPDRAFT_EMQX_API_URL expected emqx, which says who connects');
  }
  return {
    ...{ url, name, presence },
    ...(apiUrl !== undefined &&
      apiKey !== undefined &&
      apiSecret !== undefined && { emqxApi: { url: apiUrl, key: apiKey, secret: apiSecret } }),
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(caFile !== undefined && { caFile }),
    ...(hookPort !== null && hookSecret !== undefined && { hook: { port: hookPort, secret: hookSecret } }),
  };
}

export function readBroker({ caFile, hook: _, ...settings }: BrokerConfig): BrokerSettings {
  return { ...settings, ...(caFile !== undefined && { ca: readFileSync(caFile) }) };
}
