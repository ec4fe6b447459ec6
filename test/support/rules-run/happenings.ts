import type { DecorateActivities } from '../../../workflows/worker';

/** Counts what the platform does by itself, so that a test can wait for the next thing instead of for time. */
export class Happenings {
  count = 0;
  private readonly waiting = new Set<() => void>();

  /** Something may look different now. */
  note(): void {
    this.count += 1;
    for (const wake of this.waiting) wake();
  }

  /** Settles once something has happened since `seen` was read from `count`; false when nothing has until `end`. */
  async after(seen: number, end: number): Promise<boolean> {
    if (Date.now() >= end) return false;
    if (this.count !== seen) return true;
    let timer: NodeJS.Timeout | undefined;
    let wake = (): void => {};
    const happened = await new Promise<boolean>((settle) => {
      wake = () => settle(true);
      this.waiting.add(wake);
      timer = setTimeout(settle, end - Date.now(), false);
    });
    clearTimeout(timer);
    this.waiting.delete(wake);
    return happened;
  }

  /** Everything a workflow does to the world is an activity. */
  decorate: DecorateActivities = <A extends object>(activities: A) =>
    Object.fromEntries(
      Object.entries(activities).map(([name, run]) => [
        name,
        async (...args: unknown[]) => {
          try {
            return await run(...args);
          } finally {
            this.note();
          }
        },
      ]),
    ) as A;
}
