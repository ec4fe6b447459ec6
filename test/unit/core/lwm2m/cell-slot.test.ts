import type { CellGate } from '../../../../core/reports/lwm2m/deps';
import { theFacts } from '../../../support/builders';
import { anLwm2mTask, failureOf, lwm2mWorld, type World } from '../../../support/lwm2m-world';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const GATE = { cell: '262-1-7', level: '2' } as const;

/** A device in a cell with so many free slots, and what was asked of the cell. */
function inCell(free: number, gate: ReturnType<CellGate['gateOf']> = GATE): World & { cell: string[] } {
  const cell: string[] = [];
  let left = free;
  const cells: CellGate = {
    gateOf: () => gate,
    take: async () => {
      cell.push(left > 0 ? 'taken' : 'refused');
      return left-- > 0;
    },
    release: async () => {
      cell.push('released');
      left += 1;
    },
  };
  return Object.assign(lwm2mWorld([anLwm2mTask()], theFacts(), cells), { cell });
}

describe('R-FLOW-4 a device in a radio cell', () => {
  test('takes a slot before it gets an address', async () => {
    const world = inCell(1);
    expect(await world.talk('HEARD')).toEqual(['look', 'offer https']);
    expect([world.cell, world.task().lwm2m]).toMatchObject([['taken'], { step: 'START', ...GATE }]);
  });

  test('waits as a document for one, and its batch pushes it meanwhile no more', async () => {
    const world = inCell(0);
    expect(await world.talk('HEARD')).toEqual(['look']);
    const { core } = world;
    expect(world.task()).toMatchObject({
      ...{ status: 'QUEUED', offerAt: null, look: null, waitBy: new Date(core.now.getTime() + 24 * HOUR) },
      lwm2m: { step: 'CELL_SLOT', ...GATE, waitingSince: core.now },
    });
    expect(await world.talk('HEARD')).toEqual([]);
    await world.later(25 * HOUR);
    expect(await failureOf(world)).toEqual({ status: 'FAILED', cause: 'WAITING_FOR_CELL_SLOT_TIMEOUT' });
  });

  test('keeps its place when it is called in vain, and goes on when it is called again', async () => {
    const world = inCell(0);
    await world.talk('HEARD');
    const { waitingSince } = world.task().lwm2m ?? {};
    const call = () => {
      const task = world.task();
      return world.core.tasks.write([
        { task, change: { set: { look: { gatewayId: 'gw-1', at: world.core.now } }, transition: null, attemptLog: null } },
      ]);
    };
    await call();
    await world.later(MINUTE);
    expect(world.task()).toMatchObject({ lwm2m: { step: 'CELL_SLOT', waitingSince }, look: null });
    await world.core.tasks.write([]);
    world.cell.length = 0;
    Object.assign(world.device, { asks: [] });
    await call();
    world.device.silent = true;
    await world.later(MINUTE);
    expect(world.task()).toMatchObject({ lwm2m: { step: 'CELL_SLOT', waitingSince } });
    expect(world.cell).toEqual([]);
  });

  test('gives the slot back when there is no send time for it', async () => {
    const world = inCell(1);
    world.core.pacers.takeOne = async () => false;
    expect(await world.talk('HEARD')).toEqual(['look']);
    expect(world.cell).toEqual(['taken', 'released']);
  });

  test('gives it back when it does not answer', async () => {
    const world = inCell(1);
    world.device.misbehaves.offer = () => ({ kind: 'offered', outcome: { failed: 'SILENT' } });
    await world.talk('HEARD');
    expect(world.cell).toEqual(['taken', 'released']);
  });

  test('passes without one where there is no gate', async () => {
    const world = inCell(0, 'NO_GATE');
    expect(await world.talk('HEARD')).toEqual(['look', 'offer https']);
    expect(world.cell).toEqual([]);
  });

  test('fails where nobody knows its cell', async () => {
    const world = inCell(1, 'NO_CELL');
    await world.talk('HEARD');
    expect(await failureOf(world)).toEqual({ status: 'FAILED', cause: 'WAITING_FOR_REPORT_CELLID_TIMEOUT' });
  });

  test('R-TASK-10 fails when it does not say its signal within 3 minutes more', async () => {
    const world = inCell(1);
    world.device.misbehaves.look = (device) => ({
      ...{ kind: 'looked', version: { value: device.version }, firmware: { value: device.firmware }, signal: { failed: 'SILENT' } },
    });
    await world.talk('HEARD');
    expect(world.task()).toMatchObject({ lwm2m: { step: 'SIGNAL' } });
    for (let i = 0; i < 5; i++) await world.later(MINUTE);
    expect(world.task().active).toBe(true);
    await world.later(MINUTE);
    expect(await failureOf(world)).toEqual({ status: 'FAILED', cause: 'WAITING_FOR_REPORT_CELLID_TIMEOUT' });
  });
});
