import type { Behaviour } from '../test/support/devices/behaviours';
import type { Client, Habits } from '../test/support/devices/lwm2m/habits';
import type { Lwm2mDeviceDescription } from '../test/support/devices/lwm2m/lwm2m-description';

/** What an LwM2M device of the demo is like. */
export interface Lwm2mPlan extends Pick<Lwm2mDeviceDescription, 'client' | 'habits' | 'radio'> {
  /** It has a key and speaks DTLS. */
  secure: boolean;
  /** Which radio cell of the demo it is in, from 0. */
  cell: number;
}

/** How long devices with queue mode listen after a message: their product says so, too. */
export const AWAKE_SECONDS = 3;
/** They come with an Update after half of it: most of the time they sleep. */
const SLEEPY_LIFETIME_SECONDS = 16;
const SLEEPY: Partial<Habits> = { queueMode: true, awakeMs: AWAKE_SECONDS * 1_000, lifetimeSeconds: SLEEPY_LIFETIME_SECONDS };

/** `/5/0/9` of a device that takes pushes only. */
const PUSH_ONLY: Partial<Habits> = { delivery: 1 };

/** Dealt out in turn: half with keys, a quarter with queue mode, a quarter that is pushed to. */
const KINDS: readonly { client: Client; secure: boolean; sleepy?: true; pushOnly?: true }[] = [
  { client: 'leshan', secure: true },
  { client: 'wakaama', secure: false },
  { client: 'anjay3', secure: true, sleepy: true },
  { client: 'leshan', secure: false, pushOnly: true },
  { client: 'anjay3', secure: true, pushOnly: true },
  { client: 'anjay3', secure: false, sleepy: true },
  { client: 'anjay2', secure: true },
  { client: 'wakaama', secure: false },
];

/** So many devices share a radio cell, and of these so many hear it badly: one at a time may download there. */
const CELL_DEVICES = 16;
const WEAK_DEVICES = 3;
const WEAK = { signalStrength: -120, sinr: -5 };

/**
 * The n-th LwM2M device of a fleet, from 0. One with a fault is ordinary otherwise: what goes wrong happens while it pulls, and one that
 * stalls would keep its cell from all others.
 */
export function lwm2mPlan(n: number, fault: Behaviour | null): Lwm2mPlan {
  const { client, secure, sleepy, pushOnly } = KINDS[n % KINDS.length] as (typeof KINDS)[number];
  const weak = n % CELL_DEVICES < WEAK_DEVICES && fault === null;
  return {
    client,
    secure,
    cell: Math.floor(n / CELL_DEVICES),
    // Without a key it can't download by DTLS, whatever such a client can otherwise.
    habits: { ...(sleepy && SLEEPY), ...(pushOnly && fault === null && PUSH_ONLY), ...(!secure && { schemes: ['coap'] }) },
    radio: weak ? WEAK : {},
  };
}
