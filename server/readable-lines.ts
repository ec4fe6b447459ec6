const COLOURS: Record<string, number> = { fatal: 41, error: 31, warn: 33, info: 32, debug: 36, trace: 90 };

/** Turns pino's JSON lines into `12:03:04.567 INFO  message  name=value`, an error's stack below. What isn't JSON passes as it is. */
export function readableLines(out: NodeJS.WritableStream, colour: boolean): { write(line: string): void } {
  const paint = (text: string, code: number): string => (colour ? `\x1b[${code}m${text}\x1b[0m` : text);
  return {
    write(line) {
      const entry = parse(line);
      if (!entry) {
        out.write(line);
        return;
      }
      const { level, time, msg, err, error = err, ...fields } = entry;
      const name = String(level);
      const head = `${paint(String(time).slice(11, 23), 90)} ${paint(name.toUpperCase().padEnd(5), COLOURS[name] ?? 0)} ${printable(String(msg ?? ''))}`;
      const details = Object.entries(fields).map(([field, value]) => `${field}=${fieldText(value)}`);
      const stack = isError(error) ? `\n${printable(error.stack ?? error.message ?? '', true).replace(/^/gm, '    ')}` : '';
      out.write(`${head}${details.length > 0 ? `  ${paint(details.join(' '), 90)}` : ''}${stack}\n`);
    },
  };
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

const fieldText = (value: unknown): string =>
  typeof value === 'string' && /^[\w.:/-]+$/.test(value) ? value : (JSON.stringify(value) ?? '');

const isError = (value: unknown): value is { stack?: string; message?: string } => typeof value === 'object' && value !== null;

/** What devices send may be in a message: no control characters reach the terminal. */
function printable(text: string, lines = false): string {
  return [...text]
    .map((char) => (char < ' ' || char === '\x7f' ? (lines && char === '\n' ? char : JSON.stringify(char).slice(1, -1)) : char))
    .join('');
}
