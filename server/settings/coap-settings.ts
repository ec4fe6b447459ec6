import { COAP_QUOTAS, type CoapQuotas } from '../../gateways/coap/quotas';
import * as kinds from './kinds';
import { optional, type Setting, setting } from './setting';

const portOrOff = kinds.portOrOff as kinds.Kind<number | null>;

/** Where LwM2M devices come to. */
export const COAP_SETTINGS = {
  UPDRAFT_COAP_PORT: setting(portOrOff, 5683 as number | null, {
    about: 'UDP port of CoAP, for LwM2M devices of products that allow it without DTLS, and for downloads.',
    example: '5683',
  }),
  UPDRAFT_COAPS_PORT: setting(portOrOff, 5684 as number | null, {
    about: 'UDP port of CoAP over DTLS, beside the plain one.',
    example: '5684',
  }),
  UPDRAFT_COAP_PUBLIC_HOST: optional(
    kinds.text(/^(?:[0-9A-Za-z._-]{1,200}|\[[0-9A-Fa-f:]{2,45}\])$/, 'a host name or address, IPv6 in brackets'),
    {
      defaultText: 'the host of UPDRAFT_PUBLIC_BASE_URL, or that of UPDRAFT_HOST',
      about: 'Host of addresses over CoAP, as devices reach it.',
      example: 'fw.example.com',
    },
  ),
} as const;

/** `registersPerMinute` is `UPDRAFT_COAP_REGISTERS_PER_MINUTE`. */
export const coapQuotaVariable = (name: string): string => `UPDRAFT_COAP_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;

const MOST = 1_000_000;
const MIB = 1024 * 1024;

const ABOUT: Record<keyof CoapQuotas, { about: string; range?: readonly [number, number]; unit?: string }> = {
  registersPerMinute: {
    about: 'Registrations a minute with one endpoint name or identity from one address, a tenth of them at once; further ones get 5.03.',
  },
  addressRequestsPerSecond: {
    about:
      'Requests a second from one address (of IPv6: one /64), downloads aside, and twenty times as many at once; further ones get 5.03. Higher where a balancer or NAT hides the addresses of many.',
  },
  requests: { about: 'Requests that are worked at together: of devices that have proven who they are, and as many of others.' },
  requestsWaiting: { about: 'Requests that wait for that, in each of the two kinds; further ones get 5.03.' },
  deviceRequestsWaiting: { about: 'Requests to one device that wait for their turn, or for the device to wake; further ones fail.' },
  conversations: {
    about: 'LwM2M devices that are spoken with about their upgrades at once, those that get a package in blocks included; others wait.',
  },
  conversationsWaiting: { about: 'Devices that wait for that; further ones are left until they are heard again, or due.' },
  duplicates: {
    about:
      'Messages that are remembered, so that a repeated one is answered and not worked at again: so many of proven devices, and of others. The oldest gives way.',
  },
  peers: { about: 'Devices whose address or session a process remembers; of others the store is asked.' },
  sessions: { about: 'DTLS sessions; with as many, no handshake begins.' },
  handshakes: { about: 'DTLS handshakes that have proven their address and are not over; further ones are dropped.' },
  addressHandshakes: { about: 'The same of one address (of IPv6: one /64).' },
  dtlsBytes: { about: 'Memory that DTLS may take; without more of it no handshake begins.', range: [8 * MIB, 3_072 * MIB], unit: 'bytes' },
  sessionIdleSeconds: {
    about: 'A DTLS session that has got nothing for so long ends. Longer than the pauses of sleepy devices.',
    range: [60, 2_592_000],
    unit: 'seconds',
  },
  sessionCheckMs: {
    about:
      'All DTLS sessions are compared with the registered devices once in so long: what a change of credentials should have ended before ends then.',
    range: [10, 3_600_000],
    unit: 'milliseconds',
  },
};

/** A variable for each quota of CoAP, which owns their names, meanings and defaults. */
export const COAP_QUOTA_SETTINGS: ReadonlyMap<keyof CoapQuotas, Setting<number>> = new Map(
  (Object.entries(COAP_QUOTAS) as [keyof CoapQuotas, number][]).map(([name, value]) => {
    const { about, range = [1, MOST], unit } = ABOUT[name];
    return [name, { kind: kinds.wholeNumber(...range, unit), default: value, about, example: `${value}` }];
  }),
);
