import { expiryOf } from './lifetime';
import type { RegisterParameters, UpdateParameters } from './parameters';
import { plainPeerOf, type RegisteredAt, type RegisteredLinks, type Registration } from './registration';

/** A window that ends later by less than this share of it is not worth a write. */
const NOTICEABLE = 0.05;

/** A device that registers. */
export interface Registering extends Omit<RegisterParameters, 'endpoint'>, RegisteredAt, RegisteredLinks {
  deviceId: string;
  endpoint: string;
  registrationId: string;
  awakeSeconds: number;
}

/** LwM2M 1.1 core, 6.2.1: takes the place of the one before, wherever that came from. */
export function registered(given: Registering, before: Registration | null, now: Date): Registration {
  const expiresAt = expiryOf(given.lifetimeSeconds, now);
  const next: Registration = {
    _id: given.deviceId,
    registrationId: given.registrationId,
    endpoint: given.endpoint,
    gatewayId: given.gatewayId,
    address: given.address,
    port: given.port,
    identity: given.identity,
    version: given.version,
    lifetimeSeconds: given.lifetimeSeconds,
    binding: given.binding,
    queueMode: given.queueMode,
    awakeSeconds: given.awakeSeconds,
    root: given.root,
    contentFormats: given.contentFormats,
    objects: given.objects,
    since: now,
    heardAt: now,
    expiresAt,
    reachableUntil: expiresAt,
    online: false,
    onlineAt: now,
    dueAt: expiresAt,
    revision: (before?.revision ?? 0) + 1,
    ...peerAt(given),
  };
  return heardAt(next, now);
}

export interface Updating extends UpdateParameters {
  at: RegisteredAt;
  /** Absent: they are what they were. */
  links?: RegisteredLinks;
}

/** LwM2M 1.1 core, 6.2.2: from wherever it comes, the device is there from now on. */
export function updated(before: Registration, { at, links, lifetimeSeconds, binding, queueMode }: Updating, now: Date): Registration {
  const seconds = lifetimeSeconds ?? before.lifetimeSeconds;
  const { plainPeer: _, ...rest } = before;
  const next = {
    ...rest,
    ...at,
    ...peerAt(at),
    ...links,
    lifetimeSeconds: seconds,
    binding: binding ?? before.binding,
    queueMode: queueModeAfter(before, { binding, queueMode }),
    expiresAt: expiryOf(seconds, now),
  };
  return { ...heardAt(next, now), revision: before.revision + 1 };
}

/** With LwM2M 1.0 a binding says it all; later versions have a parameter for it, and a binding without says nothing about it. */
function queueModeAfter(before: Registration, { binding, queueMode }: Pick<UpdateParameters, 'binding' | 'queueMode'>): boolean {
  if (queueMode || binding?.endsWith('Q')) return true;
  return binding !== undefined && before.version === '1.0' ? false : before.queueMode;
}

/** Another message of it, or an answer: its window begins anew. Null: nothing that is worth a write. */
export function heard(before: Registration, gatewayId: string, at: Date): Registration | null {
  // What it sends to another gateway does not tell that this one still reaches it.
  if (before.gatewayId !== gatewayId || before.expiresAt <= at || at < before.heardAt) return null;
  const next = heardAt(before, at);
  const gainedMs = next.reachableUntil.getTime() - before.reachableUntil.getTime();
  if (before.online && gainedMs <= before.awakeSeconds * 1_000 * NOTICEABLE) return null;
  return { ...next, revision: before.revision + 1 };
}

/** It has left a request without an answer that a gateway sent at `sentAt`: with queue mode it sleeps, unless it was heard since, or is elsewhere. */
export function unanswered(before: Registration, gatewayId: string, sentAt: Date, now: Date): Registration | null {
  if (before.gatewayId !== gatewayId || !before.queueMode || !before.online || before.heardAt > sentAt) return null;
  return { ...asleep(before), reachableUntil: now, revision: before.revision + 1 };
}

/** What time has made of it. Null: it is gone; the same: nothing. */
export function elapsed(before: Registration, now: Date): Registration | null {
  if (before.expiresAt <= now) return null;
  return before.online && before.reachableUntil <= now ? { ...asleep(before), revision: before.revision + 1 } : before;
}

/** Its gateway is there again, or was taken for dead in error. Null: it has to be heard first. */
export function reachedAgain(before: Registration, now: Date): Registration | null {
  if (before.online || before.reachableUntil <= now || before.expiresAt <= now) return null;
  return { ...before, online: true, onlineAt: now, dueAt: before.reachableUntil, revision: before.revision + 1 };
}

/** Somebody else was heard from its address: nobody knows where it is. */
export function displaced({ plainPeer: _, ...before }: Registration, now: Date): Registration {
  return { ...asleep(before), reachableUntil: now, revision: before.revision + 1 };
}

const peerAt = (at: RegisteredAt): Pick<Registration, 'plainPeer'> => (at.identity === null ? { plainPeer: plainPeerOf(at) } : {});

function heardAt(next: Registration, now: Date): Registration {
  const windowEnd = new Date(now.getTime() + next.awakeSeconds * 1_000);
  const reachableUntil = next.queueMode && windowEnd < next.expiresAt ? windowEnd : next.expiresAt;
  return { ...next, heardAt: now, reachableUntil, dueAt: reachableUntil, online: true, onlineAt: next.online ? next.onlineAt : now };
}

const asleep = (before: Registration): Registration => ({ ...before, online: false, dueAt: before.expiresAt });
