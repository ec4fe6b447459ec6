import { FORMAT } from './formats/write-answer';
import type { FirmwareHabits, Lwm2mVersion } from './objects/firmware-object';

/** What clients do each in their own way, and the enabler allows; some of it, it doesn't. Plain JSON. */
export interface Habits extends FirmwareHabits {
  lwm2m: Lwm2mVersion;
  /** Seconds; null: it tells none, which means 86,400. */
  lifetimeSeconds: number | null;
  /** Null: it tells none. */
  binding: 'U' | null;
  queueMode: boolean;
  /** With queue mode: how long it listens after a message, either way. */
  awakeMs: number;
  /** In `<0>;ver=…` of its links: in quotes or not. */
  quotesVersion: boolean;
  /** Where its objects are; another root stands before each path. */
  rootPath: string;
  /** Content-Formats it answers in, by preference; another one that is asked for is 4.06. */
  formats: readonly number[];
  /** That of a single resource when none is asked for. */
  resourceFormat: number;
  notifications: 'CON' | 'NON';
  answers: 'piggybacked' | 'separate';
  /** Where it tells its firmware's version; at the other one it has none. */
  versionAt: '/3/0/3' | '/5/0/7';
  /** Before it restarts. */
  deregisters: boolean;
  /** Serves nothing else as long as it is pushed to. */
  deafWhilePushed: boolean;
  /** When the server has another file by then. */
  otherEtag: 'begins anew' | 'gives up';
  /** What the first block request asks for, and the most it takes by push; null: it leaves the size to the server. */
  szx: number | null;
  /** Refuses larger blocks of a push with 4.13, in place of taking the front of them. */
  refusesLargerBlocks: boolean;
  /** Room for a package. */
  mostBytes: number | null;
  /** First time-out of its requests (RFC 7252 §4.8). */
  ackTimeoutMs: number;
}

const COMMON: Omit<Habits, 'lwm2m' | 'formats'> = {
  lifetimeSeconds: 300,
  binding: 'U',
  queueMode: false,
  awakeMs: 93_000,
  quotesVersion: false,
  rootPath: '/',
  resourceFormat: FORMAT.text,
  notifications: 'NON',
  answers: 'piggybacked',
  versionAt: '/3/0/3',
  deregisters: false,
  deafWhilePushed: false,
  otherEtag: 'begins anew',
  schemes: ['coap', 'coaps'],
  tellsSchemes: true,
  delivery: 2,
  resetsBy: ['cancel', 'uri', 'package'],
  emptyUriInIdle: 'resets',
  keepsResult: false,
  automatic: null,
  deferSeconds: null,
  hidesStates: [],
  stateShown: null,
  resultAs: 'integer',
  szx: null,
  refusesLargerBlocks: false,
  mostBytes: null,
  ackTimeoutMs: 2_000,
};

/** As real clients were seen to behave (device-protocols §3.4). */
export const CLIENTS = {
  anjay2: { ...COMMON, lwm2m: '1.0', formats: [FORMAT.tlv, FORMAT.json], quotesVersion: true },
  anjay3: {
    ...COMMON,
    lwm2m: '1.2',
    binding: null,
    formats: [FORMAT.senmlCbor, FORMAT.senmlJson, FORMAT.cbor, FORMAT.tlv],
    schemes: ['coap', 'coaps', 'http', 'https'],
    deafWhilePushed: true,
  },
  wakaama: { ...COMMON, lwm2m: '1.1', formats: [FORMAT.tlv], resourceFormat: FORMAT.tlv, schemes: ['coap'] },
  leshan: { ...COMMON, lwm2m: '1.1', formats: [FORMAT.senmlCbor, FORMAT.senmlJson, FORMAT.tlv], notifications: 'CON' },
} satisfies Record<string, Habits>;
export type Client = keyof typeof CLIENTS;

/** Query parameters of a registration that tell of binding and queue mode: in 1.0 one word, later two (device-protocols §3.1). */
export function bindingQueries({ lwm2m, binding, queueMode }: Pick<Habits, 'lwm2m' | 'binding' | 'queueMode'>): string[] {
  if (lwm2m === '1.0') return binding || queueMode ? [`b=${binding ?? 'U'}${queueMode ? 'Q' : ''}`] : [];
  return [...(binding ? [`b=${binding}`] : []), ...(queueMode ? ['Q'] : [])];
}
