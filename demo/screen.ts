import type { WriteStream } from 'node:tty';

export type Out = Pick<WriteStream, 'write'> & Partial<Pick<WriteStream, 'isTTY' | 'columns' | 'rows' | 'on' | 'off'>>;

export interface Drawing {
  /** For a terminal. */
  lines(size: { columns: number; rows: number }): string[];
  /** For everything else. */
  line(): string;
}

const REDRAW_MS = 100;
const LINE_MS = 2_000;
const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';
const CLEAR_BELOW = '\x1b[J';
const CLEAR_LINE_END = '\x1b[K';
const CLEAR_ALL = '\x1b[2J\x1b[H';

/** Shows a drawing until stopped: in place on a terminal, elsewhere as a line now and then. Stopping leaves its last state. */
export function show(out: Out, drawing: Drawing): { stop(): void } {
  const draw = out.isTTY ? redrawer(out, drawing) : () => void out.write(`${drawing.line()}\n`);
  const timer = setInterval(draw, out.isTTY ? REDRAW_MS : LINE_MS);
  const showCursor = (): void => void (out.isTTY && out.write(SHOW_CURSOR));
  process.once('exit', showCursor);
  if (out.isTTY) out.write(HIDE_CURSOR);
  draw();
  let stopped = false;
  return {
    stop() {
      if (stopped) return;
      stopped = true;
      clearInterval(timer);
      draw();
      process.off('exit', showCursor);
      showCursor();
    },
  };
}

function redrawer(out: Out, drawing: Drawing): () => void {
  let height = 0;
  let shown = '';
  let width = 0;
  return () => {
    const { columns = 80, rows = 24 } = out;
    // A terminal made narrower has wrapped what stood there: begin on a clean page.
    const fresh = width > columns;
    // The cursor stands on a line of its own below.
    const lines = drawing.lines({ columns, rows: rows - 1 });
    const text = lines.map((line) => `${line}${CLEAR_LINE_END}\n`).join('');
    if (text === shown && !fresh) return;
    const back = height > 0 ? `\x1b[${height}A\r` : '\r';
    out.write(`${fresh ? CLEAR_ALL : back}${text}${CLEAR_BELOW}`);
    height = lines.length;
    shown = text;
    width = columns;
  };
}
