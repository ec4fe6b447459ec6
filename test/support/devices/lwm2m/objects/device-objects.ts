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

/** Object 3, Device. */
export const deviceObject = (firmwareVersion: () => string, reboot: () => void): Record<string, Resource> => ({
  '/3/0/0': text(() => 'Updraft'),
  '/3/0/1': text(() => 'virtual'),
  '/3/0/3': text(firmwareVersion),
  '/3/0/4': execute(() => {
    reboot();
    return null;
  }),
  '/3/0/9': integer(() => 87),
  ...several('/3/0/11', [0]),
  '/3/0/13': { type: 'time', read: () => Math.floor(Date.now() / 1_000) },
  '/3/0/16': text(() => 'U'),
});

/** What a device's radio sees; see object 4 of the OMA. */
export interface Radio {
  /** 6: LTE-FDD, 7: NB-IoT; anything else needs no cell. */
  bearer: number;
  /** RSRP or NRSRP, dBm. */
  signalStrength: number;
  cellId: number | null;
  /** dB; objects of version 1.0 have none. */
  sinr: number | null;
}

export const GOOD_RADIO: Radio = { bearer: 6, signalStrength: -74, cellId: 12_345, sinr: 12 };

/** Object 4, Connectivity Monitoring. */
export const connectivityObject = (radio: () => Radio): Record<string, Resource> => ({
  '/4/0/0': integer(() => radio().bearer),
  ...several('/4/0/1', [6, 7]),
  '/4/0/2': integer(() => radio().signalStrength),
  '/4/0/4/0': text(() => '10.0.0.7'),
  ...(radio().cellId !== null && {
    '/4/0/8': integer(() => radio().cellId ?? 0),
    '/4/0/9': integer(() => 1),
    '/4/0/10': integer(() => 262),
  }),
  ...(radio().sinr !== null && { '/4/0/11': integer(() => radio().sinr ?? 0) }),
});
