/** Connections of a device that followed each other closely; a single one where it is calm. */
export interface ConnectionStreak {
  since: Date;
  connections: number;
  /** Those among them that came while the one before was still there: another device with the same identity, or a half-dead connection. */
  takeovers: number;
}

/** A connection that came or went so long ago begins no streak. */
export const STREAK_GAP_MS = 60_000;
/** An upgrade restarts a device once or twice. */
const UNSTABLE_CONNECTIONS = 5;

interface Connecting {
  streak?: ConnectionStreak;
  onlineChangedAt: Date | null;
}

/** The streak that goes on; null: none, or nothing that anybody would want to know of. */
export function runningStreak({ streak, onlineChangedAt }: Connecting, now: Date): ConnectionStreak | null {
  if (!streak || streak.connections < 2 || onlineChangedAt === null) return null;
  return now.getTime() - onlineChangedAt.getTime() > STREAK_GAP_MS ? null : streak;
}

/** The device connects again and again, so that what is sent to it may never reach it. */
export const isUnstable = (device: Connecting, now: Date): boolean =>
  (runningStreak(device, now)?.connections ?? 0) >= UNSTABLE_CONNECTIONS;
