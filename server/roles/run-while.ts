import type { Part } from '../part';

interface Pushing {
  onPushes(listener: (pushes: boolean) => void): void;
}

/** Runs a part while pushes leave from here: started and stopped one after the other, however often that changes. */
export function runWhile(pushing: Pushing, start: () => Promise<Part>): Part & { settled(): Promise<void> } {
  let running: Part | null = null;
  let wanted = false;
  let stopped = false;
  let turn: Promise<void> = Promise.resolve();

  async function follow(): Promise<void> {
    if (wanted === (running !== null)) return;
    if (running === null) running = await start();
    else {
      await running.stop();
      running = null;
    }
  }

  function want(next: boolean): void {
    wanted = next;
    turn = turn.then(follow);
  }

  pushing.onPushes((pushes) => want(pushes && !stopped));
  return {
    settled: () => turn,
    async stop() {
      stopped = true;
      want(false);
      await turn;
    },
  };
}
