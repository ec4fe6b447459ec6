import { execute, integer, type Resource, several, text } from './object-tree';

export interface ServerObjectParts {
  lifetimeSeconds(): number;
  setLifetime(seconds: number): void;
  binding: string;
  /** The server asks for an Update. */
  triggerUpdate(): void;
}

/** Object 1, Server. */
export const serverObject = ({ lifetimeSeconds, setLifetime, binding, triggerUpdate }: ServerObjectParts): Record<string, Resource> => ({
  '/1/0/0': integer(() => 123),
  '/1/0/1': {
    ...integer(lifetimeSeconds),
    write(value) {
      setLifetime(Number(value.toString('utf8')));
      return null;
    },
  },
  '/1/0/6': { type: 'boolean', read: () => false },
  '/1/0/7': text(() => binding),
  '/1/0/8': execute(() => {
    triggerUpdate();
    return null;
  }),
});

/** Object 3, Device. Without a version, it has no such resource. */
export const deviceObject = (firmwareVersion: () => string | null, reboot: () => void): Record<string, Resource> => ({
  '/3/0/0': text(() => 'Updraft'),
  '/3/0/1': text(() => 'virtual'),
  '/3/0/3': { ...text(() => firmwareVersion() ?? ''), absent: () => firmwareVersion() === null },
  '/3/0/4': execute(() => {
    reboot();
    return null;
  }),
  '/3/0/9': integer(() => 87),
  ...several('/3/0/11', [0]),
  '/3/0/13': { type: 'time', read: () => Math.floor(Date.now() / 1_000) },
  '/3/0/16': text(() => 'U'),
});

/** What a device's radio sees; see object 4 of the OMA. Null: it has no such resource. */
export interface Radio {
  /** 6: LTE-FDD, 7: NB-IoT; anything else needs no cell. */
  bearer: number;
  /** RSRP or NRSRP, dBm. */
  signalStrength: number | null;
  cellId: number | null;
  /** Operator and country. */
  mnc: number | null;
  mcc: number | null;
  /** dB; objects of version 1.0 have none. */
  sinr: number | null;
}

export const GOOD_RADIO: Radio = { bearer: 6, signalStrength: -74, cellId: 12_345, mnc: 1, mcc: 262, sinr: 12 };

/** Object 4, Connectivity Monitoring. `radio` answers null when there is no such object. */
export function connectivityObject(radio: () => Radio | null): Record<string, Resource> {
  const there = (resource: Resource): Resource => ({ ...resource, absent: () => radio() === null });
  const measured = (of: 'signalStrength' | 'cellId' | 'mnc' | 'mcc' | 'sinr'): Resource => ({
    ...integer(() => radio()?.[of] ?? 0),
    absent: () => (radio()?.[of] ?? null) === null,
  });
  return {
    '/4/0/0': there(integer(() => radio()?.bearer ?? 0)),
    '/4/0/1/0': there(integer(() => 6)),
    '/4/0/1/1': there(integer(() => 7)),
    '/4/0/2': measured('signalStrength'),
    '/4/0/4/0': there(text(() => '10.0.0.7')),
    '/4/0/8': measured('cellId'),
    '/4/0/9': measured('mnc'),
    '/4/0/10': measured('mcc'),
    '/4/0/11': measured('sinr'),
  };
}
