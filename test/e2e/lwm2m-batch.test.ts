import { type CellWatch, mostAtOnce, watchCells } from '../support/cell-watch';
import { patience, slowness } from '../support/devices/patience';
import { runLwm2mBatch } from '../support/lwm2m-batch';
import { CELLS, lwm2mFleetOf, lwm2mRows } from '../support/misbehaviours/lwm2m-rows';
import { startUpdraft, type Updraft } from '../support/updraft';

const DEVICES = 120;

describe('One batch over 120 LwM2M devices in three cells', () => {
  let updraft: Updraft;
  let cells: CellWatch;
  beforeAll(async () => {
    const limits = ['ONLINE', 'VERSION', 'SIGNAL', 'CELL_SLOT', 'START', 'DOWNLOAD', 'EXECUTE', 'UPDATE', 'RESULT', 'CHECK', 'DEFER'];
    updraft = await startUpdraft({
      UPDRAFT_COAP_PORT: '0',
      UPDRAFT_COAPS_PORT: '0',
      // Devices are looked at again after minutes, and a push that a busy machine has held up for five of them is taken for lost; whoever is only slow is not given up.
      UPDRAFT_MINUTE_MS: `${Math.round(1_000 * slowness())}`,
      ...Object.fromEntries(limits.map((limit) => [`UPDRAFT_LWM2M_${limit}_MINUTES`, '1440'])),
    });
    cells = watchCells();
  });
  afterAll(() => updraft.stop());

  test('R-FLOW-3 R-FLOW-4 R-FLOW-5 R-TASK-10 whatever its device does, each task ends as its row says, and no cell is asked for too much at once', async () => {
    const devices = lwm2mFleetOf(lwm2mRows, DEVICES);
    expect(devices).toHaveLength(DEVICES);
    const run = await runLwm2mBatch(updraft, devices, patience(400_000), cells.observer);
    expect(run.unexpected).toEqual([]);

    // A device whose attempt has ended otherwise than by its result has its slot until then.
    const ended = (deviceName: string, from: number): number => {
      const task = run.tasks.get(deviceName);
      const ends = [...(task?.attempts ?? []).map(({ endedAt }) => endedAt), task?.endedAt ?? null];
      return Math.min(...ends.flatMap((at) => (at && at.getTime() >= from ? [at.getTime()] : [])));
    };
    const cellOf = new Map(devices.map(({ device: { deviceName, radio } }) => [deviceName, radio?.cellId]));
    for (const { cellId, slots } of Object.values(CELLS)) {
      const inCell = cells.holdings.filter(({ deviceName }) => cellOf.get(deviceName) === cellId);
      const most = mostAtOnce(
        inCell.map(({ deviceName, from, to }) => ({ from, to: Math.min(to ?? Number.POSITIVE_INFINITY, ended(deviceName, from)) })),
      );
      expect({ cellId, most: Math.min(most, slots) }).toEqual({ cellId, most });
      // Otherwise nothing was proven.
      expect(inCell.length).toBeGreaterThan(Math.min(slots, 20));
    }
  });
});
