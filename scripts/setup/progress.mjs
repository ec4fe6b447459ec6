import process from 'node:process';

const out = process.stderr;
const MB = 1_000_000;

/** What goes on now, side by side on the last line of a terminal. */
const going = new Map();

export function say(text) {
  clearLine();
  out.write(`${text}\n`);
  redraw();
}

function clearLine() {
  if (out.isTTY) out.write('\r\x1b[2K');
}

function redraw() {
  if (!out.isTTY || going.size === 0) return;
  clearLine();
  out.write([...going.values()].join(' · ').slice(0, (out.columns || 80) - 1));
}

/**
 * Shows downloads; where there is no terminal, a line for each further tenth.
 * @returns {(name: string, done: number, total?: number) => void} called with bytes
 */
export function downloadProgress() {
  const steps = new Map();
  return (name, done, total) => {
    const percent = total ? Math.min(100, Math.floor((done / total) * 100)) : undefined;
    const text = total ? `${name} ${inMB(done)} of ${inMB(total)} MB, ${percent} %` : `${name} ${inMB(done)} MB`;
    const step = percent === undefined ? Math.floor(done / (10 * MB)) : Math.floor(percent / 10);
    going.set(name, text);
    if (percent === 100) going.delete(name);
    if (percent === 100 || (!out.isTTY && step > (steps.get(name) ?? -1))) say(`  ${text}`);
    else redraw();
    steps.set(name, step);
  };
}

/** Shows that something is still going on and for how long. Call the result to end it. */
export function waiting(what) {
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1000);
  const tick = () => {
    if (!out.isTTY) return say(`${what} … ${seconds()} s`);
    going.set(what, `${what} … ${seconds()} s`);
    return redraw();
  };
  if (out.isTTY) tick();
  else say(`${what} …`);
  const timer = setInterval(tick, out.isTTY ? 1_000 : 15_000);
  return (result = 'done') => {
    clearInterval(timer);
    going.delete(what);
    say(`${what}: ${result} (${seconds()} s)`);
  };
}

const inMB = (bytes) => (bytes / MB).toFixed(bytes < 10 * MB ? 1 : 0);
