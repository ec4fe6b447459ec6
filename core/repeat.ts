/**
 * Waits, runs `work`, and waits again once it has ended; so two runs never overlap. The function it returns stops this, and waits for a run
 * that is under way.
 */
export function repeat(work: () => Promise<void>, pauseMs: () => number, onFailure: (error: unknown) => void): () => Promise<void> {
  let timer: NodeJS.Timeout;
  let stopped = false;
  let running: Promise<void> = Promise.resolve();
  function schedule(): void {
    if (stopped) return;
    timer = setTimeout(() => {
      running = work().catch(onFailure).then(schedule);
    }, pauseMs()).unref();
  }
  schedule();
  return async () => {
    stopped = true;
    clearTimeout(timer);
    await running;
  };
}
