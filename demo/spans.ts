import { styleText } from 'node:util';

export type Color = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'blue' | 'cyan' | 'magenta';
export type Span = string | { text: string; color: Color };
/** Gives a text its colour, or leaves it as it is. */
export type Paint = (color: Color, text: string) => string;

export const plain: Paint = (_color, text) => text;
export const coloured: Paint = (color, text) => styleText(color, text);

/** Colours only on a terminal, and not where NO_COLOR is set to anything (no-color.org). */
export function paintFor(out: { isTTY?: boolean }, env: NodeJS.ProcessEnv = process.env): Paint {
  return out.isTTY && !env.NO_COLOR && env.TERM !== 'dumb' ? coloured : plain;
}

const textOf = (span: Span): string => (typeof span === 'string' ? span : span.text);
export const widthOf = (spans: readonly Span[]): number => spans.reduce((width, span) => width + textOf(span).length, 0);

/** One line of at most `columns` characters; what doesn't fit is cut, with a … at the cut. */
export function lineOf(spans: readonly Span[], columns: number, paint: Paint): string {
  const isCut = widthOf(spans) > columns;
  let left = isCut ? columns - 1 : columns;
  let line = '';
  for (const span of spans) {
    const text = textOf(span).slice(0, left);
    left -= text.length;
    if (text) line += typeof span === 'string' ? text : paint(span.color, text);
  }
  return isCut ? `${line}…` : line;
}

/** The two at both ends of a line of `columns`. */
export function bothEnds(start: readonly Span[], end: readonly Span[], columns: number): Span[] {
  const gap = Math.max(1, columns - widthOf(start) - widthOf(end));
  return [...start, ' '.repeat(gap), ...end];
}
