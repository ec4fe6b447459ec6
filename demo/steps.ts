import type { Out } from './screen';

const TICK_MS = 1_000;

/** Says what is done and how long it took; on a terminal also while it goes on. */
export async function step<T>(out: Out, text: string, work: () => Promise<T>): Promise<T> {
  const started = Date.now();
  const seconds = (): string => `${((Date.now() - started) / 1_000).toFixed(1)} s`;
  const tick = (): void => void out.write(`\r  ${text} … ${seconds()}\x1b[K`);
  if (out.isTTY) tick();
  const timer = out.isTTY ? setInterval(tick, TICK_MS) : undefined;
  const ended = (how: string): void => {
    clearInterval(timer);
    out.write(`${out.isTTY ? '\r\x1b[K' : ''}  ${text}: ${how}${seconds()}\n`);
  };
  try {
    const result = await work();
    ended('');
    return result;
  } catch (error) {
    ended('failed after ');
    throw error;
  }
}
