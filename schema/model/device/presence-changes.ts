import type { DeviceId } from '../ids';

/** How a device came on-line, or why it went. */
export const PRESENCE_REASONS = {
  CONNECTION: 'By its own connection, or its end.',
  BROKER: 'By what a broker of its own said, or was heard by it.',
  PARENT: 'With its parent, whose connection it shares.',
  REGISTRATION: 'An LwM2M device registered, woke up, went to sleep, or its registration ended.',
  GATEWAY: 'The gateway that held its connection ended or was lost.',
  SECRET_RESET: 'It was given another secret.',
} as const;
export type PresenceReason = keyof typeof PRESENCE_REASONS;

export interface PresenceChange {
  at: Date;
  online: boolean;
  /** Null: not known. */
  reason: PresenceReason | null;
}

/** The last so many of a device are kept. */
export const PRESENCE_CHANGES_KEPT = 100;

export interface PresenceHistory {
  _id: DeviceId;
  /** Oldest first. How it went is written when it comes again: until then its document says so. */
  changes: PresenceChange[];
  changedAt: Date;
}

/** What is known of a device's presence when it changes. */
export interface PresenceBefore {
  online: boolean;
  onlineChangedAt: Date | null;
  wentBy?: PresenceReason;
}

/** What a device that comes adds: that it went before, which nobody has written yet, and that it is there. None where it was there. */
export function changesOfComing({ online, onlineChangedAt, wentBy }: PresenceBefore, came: PresenceChange): PresenceChange[] {
  if (online) return [];
  return [...(onlineChangedAt ? [{ at: onlineChangedAt, online: false, reason: wentBy ?? null }] : []), came];
}

/** Newest first: what was kept, and where the device is now. Of several that say the same in a row the first counts. */
export function presenceChanges(kept: readonly PresenceChange[], now: PresenceBefore & { createdAt: Date }): PresenceChange[] {
  const { online, onlineChangedAt, wentBy, createdAt } = now;
  const last = onlineChangedAt ? [{ at: onlineChangedAt, online, reason: online ? null : (wentBy ?? null) }] : [];
  // One that was deleted and registered again shares nothing with the one before.
  const all = [...kept, ...last].filter(({ at }) => at >= createdAt).sort((a, b) => a.at.getTime() - b.at.getTime());
  return all
    .filter((change, index) => change.online !== all[index - 1]?.online)
    .slice(-PRESENCE_CHANGES_KEPT)
    .reverse();
}
