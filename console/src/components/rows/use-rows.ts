import { useVirtualizer } from '@tanstack/react-virtual';
import type { RefObject } from 'react';

/** So many rows are drawn at a time: most frames of a list that is scrolled then find all that they show. */
const STEP = 8;
/** Rows that are drawn beyond those in sight, or a step less. */
const BEYOND = 12;

export interface DrawnRows {
  /** Which of them are drawn. */
  readonly indices: readonly number[];
  /** Room of those that are not. */
  readonly above: number;
  readonly below: number;
}

/** The rows of a long list that are in sight and a little beyond; all are of one height. */
export function useRows(scroller: RefObject<HTMLElement | null>, count: number, rowPx: number): DrawnRows {
  const virtual = useVirtualizer({ count, getScrollElement: () => scroller.current, estimateSize: () => rowPx, overscan: 0 });
  const top = virtual.getVirtualIndexes()[0];
  if (top === undefined) return { indices: [], above: 0, below: count * rowPx };
  const inSight = Math.ceil((virtual.scrollRect?.height ?? 0) / rowPx) + 1;
  const first = Math.floor(Math.max(0, top - BEYOND) / STEP) * STEP;
  // Always as many, so that both ends move with one drawing.
  const end = Math.min(count, first + Math.ceil((inSight + 2 * BEYOND) / STEP) * STEP);
  const indices = Array.from({ length: end - first }, (_, index) => first + index);
  return { indices, above: first * rowPx, below: (count - end) * rowPx };
}
