/** So many at once, and a bounded number that waits: MQTT 5's receive maximum, kept by who sends. */
export interface SendWindow {
  /** False: too many wait, or everything was given up. */
  enter(): Promise<boolean>;
  leave(): void;
  /** How many may be inside from now on. */
  resize(inside: number): void;
  /** Nobody who waits gets in any more. */
  giveUp(): void;
}

export function createSendWindow(inside: number, waitingMost: number): SendWindow {
  let maximum = inside;
  let count = 0;
  let waiting: ((entered: boolean) => void)[] = [];
  return {
    enter() {
      if (count < maximum) {
        count += 1;
        return Promise.resolve(true);
      }
      if (waiting.length >= waitingMost) return Promise.resolve(false);
      return new Promise((resolve) => waiting.push(resolve));
    },
    leave() {
      const next = count <= maximum ? waiting.shift() : undefined;
      if (next) next(true);
      else count -= 1;
    },
    resize(most) {
      maximum = Math.max(1, most);
    },
    giveUp() {
      const left = waiting;
      waiting = [];
      for (const enter of left) enter(false);
    },
  };
}
