export interface AdmissionSettings {
  concurrent: number;
  waiting: number;
  /** Who has waited longer is refused: its device has given up by then. */
  waitMs: number;
}

/** Null: refused, because too many wait or it waited too long. Work that nobody wants any more by its turn is refused too. */
export type Admit = <T>(work: () => Promise<T>, wanted: () => boolean) => Promise<T | null>;

/** Runs so much at once; the rest waits in the order it came, so that nobody is overtaken, and beyond the bound is turned away at once. */
export function createAdmission({ concurrent, waiting, waitMs }: AdmissionSettings, now: () => number = () => performance.now()): Admit {
  let running = 0;
  const queue: { since: number; turn(mine: boolean): void }[] = [];

  function next(): void {
    for (let first = queue.shift(); first !== undefined; first = queue.shift()) {
      const mine = now() - first.since <= waitMs;
      first.turn(mine);
      if (mine) return;
    }
    running -= 1;
  }

  function turn(): Promise<boolean> {
    if (running < concurrent) {
      running += 1;
      return Promise.resolve(true);
    }
    if (queue.length >= waiting) return Promise.resolve(false);
    return new Promise((resolve) => queue.push({ since: now(), turn: resolve }));
  }

  return async (work, wanted) => {
    if (!(await turn())) return null;
    try {
      return wanted() ? await work() : null;
    } finally {
      next();
    }
  };
}
