import { cellViolation } from '../../schema/model/cell/cell';
import { CELL_LEVELS } from '../../schema/model/cell/level';
import { cellKey } from '../../schema/mongo/cells';
import type { Collections } from '../../schema/mongo/collections';
import type { Clock } from '../clock';
import { pageOf } from '../paging/page-of';
import { refuseIfAny } from '../refuse';
import type { CoreSettings } from '../settings';
import { liveSlots } from './call';
import type { CellService } from './contract';
import { useOf, usesOf } from './use';

export interface CellQueryDeps {
  collections: Pick<Collections, 'cells' | 'tasks'>;
  settings: Pick<CoreSettings, 'cells' | 'limits'>;
  clock: Clock;
}

export function createCellService({ collections, settings, clock }: CellQueryDeps): CellService {
  const { cells, tasks } = collections;
  return {
    async list({ cell }, request) {
      if (cell != null) refuseIfAny([cellViolation(cell, 'cell')]);
      const filter = cell == null ? {} : { _id: { $in: CELL_LEVELS.map((level) => cellKey({ cell, level })) } };
      const page = await pageOf(cells, filter, { _id: 1 }, request, settings.limits);
      const uses = await usesOf(
        collections,
        page.rows.map(({ node }) => node),
        clock(),
      );
      const rows = uses.map((node, at) => ({ node, cursor: page.rows[at]?.cursor as string }));
      return { ...page, rows };
    },
    async get(gate) {
      refuseIfAny([cellViolation(gate.cell, 'cell')]);
      return useOf(collections, gate, clock());
    },
    async tasksOf({ products }, gate, request) {
      const ids = liveSlots(await cells.findOne({ _id: cellKey(gate) }), clock()).map(({ taskId }) => taskId);
      const visible = products === null ? {} : { productKey: { $in: [...products] } };
      return pageOf(tasks, { _id: { $in: ids }, ...visible }, { _id: 1 }, request, settings.limits);
    },
    limitOf: (level) => settings.cells.slots[level],
  };
}
