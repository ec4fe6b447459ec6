import type { CellUse } from '../../core/cells/contract';
import { useOf } from '../../core/cells/use';
import type { Gate } from '../../schema/model/cell/gate';
import { cellKey } from '../../schema/mongo/cells';
import type { CellChangeEvent, CellFeedEvent } from './events';
import { createSnapshotFeed } from './snapshot-feed';
import type { LiveSource } from './source';

export interface CellFeed {
  /** Slots of the cell were taken or given back; it is named as in the store. */
  changed(key: string): void;
  /** A task has changed, which may wait in any of them. */
  taskChanged(): void;
  subscribe(gate: Gate, after: string | null): AsyncIterableIterator<CellFeedEvent>;
  resync(): void;
  stop(): Promise<void>;
}

/** R-FLOW-4. Which cell a task waits in is not known by its id: those that somebody watches are counted again, and told where that is news. */
export function createCellFeed({ collections, logger }: LiveSource, position: () => string): CellFeed {
  const feed = createSnapshotFeed<CellChangeEvent>(
    async (key, cursor) => ({ event: { kind: 'change', cell: await useOf(collections, gateOf(key), new Date()), cursor }, isLast: false }),
    position,
    logger,
    ({ cell }, before) => !isSame(cell, before.cell),
  );
  return {
    changed: feed.changed,
    taskChanged: feed.changedAll,
    subscribe: (gate, after) => feed.subscribe(cellKey(gate), after),
    resync: feed.resync,
    stop: feed.stop,
  };
}

function gateOf(key: string): Gate {
  const [cell, level] = key.split(' ') as [Gate['cell'], Gate['level']];
  return { cell, level };
}

const isSame = (one: CellUse, other: CellUse): boolean =>
  one.taken === other.taken && one.kept === other.kept && one.waiting === other.waiting;
