export interface LockOwner {
  pid: number;
  what: string;
}
export interface HeldLock {
  release(): void;
}
export function tryLock(path: string, what: string): HeldLock | { owner: LockOwner };
export function lock(path: string, what: string, options: { limitMs: number; onWait(owner: LockOwner): void }): Promise<HeldLock>;
