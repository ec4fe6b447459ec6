import { encodeCursor } from '../../../core/paging/cursor';
import { deviceIdOf, taskIdOf } from '../../../schema/model/ids';
import { quantilesOf } from '../statistics';
import { FIRST_VERSION } from '../upgrades/watch';
import type { FleetUnderTest, Measurement, Row } from './measurement';

const AIM_MS = 50;
const PAGES = 30;
/** Not counted: the first pages of a list are read from disk. */
const WARM_UP = 3;

interface List {
  what: string;
  field: 'devices' | 'tasks';
  filter: object;
}

const NODES = {
  devices: 'id deviceName online onlineChangedAt modules { name version } region { province city } tags { key value }',
  tasks: 'id deviceName status progress attempt waitingFor notifiedAt updatedAt',
} as const;
const queryOf = (field: List['field']): string =>
  `query ($filter: ${field === 'devices' ? 'DeviceFilterInput' : 'TaskFilterInput'}, $after: String) {
    ${field}(first: 100, filter: $filter, after: $after) { edges { cursor node { ${NODES[field]} } } pageInfo { hasNextPage endCursor } }
  }`;

/** Pages of a hundred rows anywhere in the lists, by the API as a user interface asks for them. */
export const pagesPart: Measurement = {
  title: 'pages of lists',
  async run(fleet) {
    const { productKey, found } = fleet;
    const { batchId } = found;
    const lists: List[] = [
      { what: 'devices of the product', field: 'devices', filter: { productKey } },
      { what: 'devices by name', field: 'devices', filter: { productKey, namePrefix: 'meter-00' } },
      { what: 'devices of a province', field: 'devices', filter: { productKey, province: 'province7' } },
      { what: 'devices of a city', field: 'devices', filter: { productKey, province: 'province7', city: 'city27' } },
      { what: 'devices on-line: few', field: 'devices', filter: { productKey, online: true } },
      { what: 'devices off-line: nearly all', field: 'devices', filter: { productKey, online: false } },
      { what: 'devices with a version: few', field: 'devices', filter: { productKey, version: FIRST_VERSION } },
      { what: 'tasks of the batch', field: 'tasks', filter: { batchId } },
      { what: 'tasks of the batch, QUEUED', field: 'tasks', filter: { batchId, statuses: ['QUEUED'] } },
      { what: 'tasks of the batch, ended', field: 'tasks', filter: { batchId, statuses: ['SUCCEEDED', 'FAILED', 'CANCELED'] } },
      { what: 'tasks of the batch by name', field: 'tasks', filter: { batchId, deviceNamePrefix: 'meter-00' } },
      { what: 'tasks of a status: few', field: 'tasks', filter: { statuses: ['FAILED'] } },
    ];
    const rows: Row[] = [];
    for (const list of lists) rows.push(await pagesOf(fleet, list));
    return rows;
  },
};

async function pagesOf(fleet: FleetUnderTest, { what, field, filter }: List): Promise<Row> {
  const { api, count, productKey, nameOf, found, scope } = fleet;
  const query = queryOf(field);
  const times: number[] = [];
  for (let page = 0; page < WARM_UP + PAGES; page++) {
    scope.signal.throwIfAborted();
    // Spread over the whole list, its last hundredth included, and never twice the same.
    const index = Math.floor(((page * 0.618 + 0.37) % 1) * (count - 1));
    const id = deviceIdOf(productKey, nameOf(index));
    const after = page % 10 === 0 ? null : encodeCursor('_id', [field === 'devices' ? id : taskIdOf(found.batchId ?? '', id)]);
    const began = performance.now();
    await api.ask(query, { filter, after });
    if (page >= WARM_UP) times.push(performance.now() - began);
  }
  const { p50, p95, max } = quantilesOf(times) ?? { p50: Number.NaN, p95: Number.NaN, max: Number.NaN };
  return {
    what: `page: ${what}`,
    measured: `${p95.toFixed(0)} ms p95`,
    aim: `≤ ${AIM_MS} ms`,
    met: p95 <= AIM_MS,
    beside: `p50 ${p50.toFixed(0)}, max ${max.toFixed(0)} of ${PAGES}`,
    value: p95,
  };
}
