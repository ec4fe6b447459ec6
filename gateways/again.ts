/** Does the work over and over with a pause before each; what comes back ends that, and waits for the work under way. */
export function again(work: () => Promise<void>, pauseMs: () => number, onFailure: (error: unknown) => void): () => Promise<void> {
  let timer: NodeJS.Timeout;
  let stopped = false;
  let running: Promise<void> = Promise.resolve();
  function plan(): void {
    if (stopped) return;
    timer = setTimeout(() => {
      running = work().catch(onFailure).then(plan);
    }, pauseMs()).unref();
  }
  plan();
  return async () => {
    stopped = true;
    clearTimeout(timer);
    await running;
  };
}
