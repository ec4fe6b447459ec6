/**
 * Gives `work` a signal that aborts after `ms`, or when `given` does, and fails then, whether `work` minds it or not. A signal of
 * `AbortSignal.timeout` may be collected while an answer is awaited, and so may what ties a signal to `fetch` (Node 20): neither aborts then.
 */
export async function untilDeadline<T>(ms: number, work: (signal: AbortSignal) => Promise<T>, given?: AbortSignal | null): Promise<T> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new DOMException(`There was no answer within ${ms / 1_000} s.`, 'TimeoutError')), ms).unref();
  const signal = given ? AbortSignal.any([given, late.signal]) : late.signal;
  try {
    signal.throwIfAborted();
    const over = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
    return await Promise.race([work(signal), over]);
  } finally {
    clearTimeout(timer);
  }
}
