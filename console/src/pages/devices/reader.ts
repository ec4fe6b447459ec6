import type { Problem } from '@updraft/client';
import { platform } from '../../app/platform';
import { signedOut } from '../../app/session/session';
import {
  type DeviceFilterInput,
  DeviceListDocument,
  type ListedDeviceFragment,
  type SortOrder,
} from '../../generated/pages/devices/documents';
import { persistently } from '../../live/persistently';
import { compared } from './compare';
import type { DeviceFilter } from './filter';
import { fits } from './fits';
import { createPages, PAGE_ROWS } from './pages';

/** So long after the last movement a list is at rest. */
const REST_MS = 200;

export type Reader = ReturnType<typeof createReader>;

/** Reads the pages that come into sight, and keeps what they show true: in place, so that nothing moves under whoever reads. */
export function createReader(filter: DeviceFilter, order: SortOrder) {
  const pages = createPages<ListedDeviceFragment>();
  let paint: (() => void) | null = null;
  let under: AbortController | null = null;
  let problems: readonly Problem[] = [];
  let seen: readonly [number, number] = [0, PAGE_ROWS - 1];
  let generation = 0;
  let moving: ReturnType<typeof setTimeout> | undefined;
  let followed: readonly number[] = [];
  const unseen = new Set<string>();
  const gone = new Set<string>();

  const ask = (page: number, signal?: AbortSignal) =>
    platform.query(
      DeviceListDocument,
      { filter: filter as DeviceFilterInput, order, first: PAGE_ROWS, after: pages.cursorOf(page) },
      signal && { signal },
    );

  async function readMissing(): Promise<void> {
    const page = paint && !under && problems.length === 0 ? pages.missing(...seen) : null;
    if (page === null) return;
    const reading = new AbortController();
    under = reading;
    paint?.();
    const answer = await persistently(() => ask(page, reading.signal), {
      state: platform.state,
      signal: reading.signal,
      failed(failure) {
        if (failure.reason === 'not-signed-in') signedOut();
        else if (failure.reason !== 'canceled') problems = failure.problems;
        paint?.();
      },
    });
    if (reading.signal.aborted) return;
    under = null;
    if (answer) {
      problems = [];
      const { edges = [], pageInfo } = answer.devices ?? {};
      pages.put(page, { rows: edges.map(({ node }) => node), next: pageInfo?.hasNextPage ? pageInfo.endCursor : null });
    }
    paint?.();
    if (answer) void readMissing();
  }

  function cut(): void {
    under?.abort();
    under = null;
  }

  function update(rows: readonly ListedDeviceFragment[]): void {
    const by = new Map(rows.map((row) => [row.id, row]));
    pages.replace((row) => by.get(row.id) ?? row);
  }

  /** Pages in sight that have been read. */
  function inSight(): number[] {
    const [first, last] = seen.map((row) => Math.floor(Math.max(0, row) / PAGE_ROWS)) as [number, number];
    return Array.from({ length: last - first + 1 }, (_, index) => first + index).filter((page) => pages.rowsOf(page));
  }

  const isShown = (id: string): boolean => {
    for (let page = 0; page * PAGE_ROWS < pages.count; page += 1) if (pages.rowsOf(page)?.some((row) => row.id === id)) return true;
    return false;
  };

  /** What belongs behind the last row that was read is found by reading on. */
  const isWithin = (id: string): boolean => {
    const last = pages.count > 0 ? pages.row(pages.count - 1) : undefined;
    return !pages.hasMore || last === undefined || (order === 'ASCENDING' ? id < last.id : id > last.id);
  };

  return {
    pages,
    unseen: unseen as ReadonlySet<string>,
    gone: gone as ReadonlySet<string>,
    get problems() {
      return problems;
    },
    get reading() {
      return under !== null && problems.length === 0;
    },
    /** Another one after each reading of all: what is followed begins anew. */
    get generation() {
      return generation;
    },
    /** The pages in sight that have been read, as of when the list was last at rest: to follow each that flies past is of no use to anybody. */
    followed(): readonly number[] {
      if (moving === undefined) followed = inSight();
      return followed;
    },
    inSight,
    start(painted: () => void) {
      paint = painted;
      void readMissing();
      return () => {
        paint = null;
        clearTimeout(moving);
        moving = undefined;
        cut();
      };
    },
    show(first: number, last: number) {
      seen = [first, last];
      void readMissing();
      clearTimeout(moving);
      moving = setTimeout(() => {
        moving = undefined;
        paint?.();
      }, REST_MS);
    },
    reload() {
      cut();
      problems = [];
      generation += 1;
      unseen.clear();
      gone.clear();
      pages.forget();
      void readMissing();
    },
    /** One device has changed; null: it is no more. Whether anything that is shown changes. */
    changed(id: string, device: ListedDeviceFragment | null): boolean {
      if (!isShown(id)) {
        const isNew = device !== null && fits(filter, device) && isWithin(id);
        if (isNew === unseen.has(id)) return false;
        if (isNew) unseen.add(id);
        else unseen.delete(id);
        return true;
      }
      if (device === null) gone.add(id);
      else {
        gone.delete(id);
        update([device]);
      }
      return true;
    },
    /** Reads pages once more, as after a cut. What stands in them is brought up to date, what has come is counted. */
    async refresh(which: readonly number[]): Promise<void> {
      for (const page of which) {
        const result = await ask(page);
        const shown = pages.rowsOf(page);
        if (!result.ok || !shown || !paint) continue;
        const { edges = [], pageInfo } = result.data.devices ?? {};
        const rows = edges.map(({ node }) => node);
        update(rows);
        const { gone: missing, come } = compared(shown, rows, !pageInfo?.hasNextPage);
        for (const id of missing) gone.add(id);
        for (const id of come) if (!isShown(id)) unseen.add(id);
      }
    },
  };
}
