import { DEFAULT_CELLS } from '../../schema/model/cell/gate';
import type { CellLevel } from '../../schema/model/cell/level';
import * as kinds from './kinds';
import { setting } from './setting';

const { ranges, slots } = DEFAULT_CELLS;
const OURS = 'The default is our own choice: the vendor shows the borders in a picture only.';

/** What a document of a cell can hold, and more than any cell bears. */
const MOST = 1_000;

const slotsOf = (level: CellLevel, where: string) =>
  setting(kinds.wholeNumber(1, MOST, 'devices'), slots[level] as number, {
    about: `LwM2M devices that download at once in a radio cell ${where}. The same for all processes.`,
    example: `${slots[level]}`,
  });

/** R-FLOW-4: how LwM2M devices share radio cells. */
export const CELL_SETTINGS = {
  UPDRAFT_CELL_SLOTS_0: slotsOf('0', 'in which they are at coverage level 0'),
  UPDRAFT_CELL_SLOTS_1: slotsOf('1', 'in which they are at coverage level 1'),
  UPDRAFT_CELL_SLOTS_2: slotsOf('2', 'in which they are at coverage level 2, or weaker'),
  UPDRAFT_CELL_SLOTS_CELL: slotsOf('CELL', 'whose signal they cannot tell'),
  UPDRAFT_CELL_RSRP: setting(kinds.borders(-200, -1, 'dBm'), ranges.rsrp, {
    defaultText: ranges.rsrp.join(','),
    about: `The weakest RSRP of an LwM2M device that is still of coverage level 0, 1 and 2. The weaker of RSRP and SINR counts. ${OURS}`,
    example: ranges.rsrp.join(','),
  }),
  UPDRAFT_CELL_SINR: setting(kinds.borders(-100, 100, 'dB'), ranges.sinr, {
    defaultText: ranges.sinr.join(','),
    about: `The same for its SINR. ${OURS}`,
    example: ranges.sinr.join(','),
  }),
  UPDRAFT_CELL_ENFORCED: setting(kinds.onOff, false, {
    defaultText: 'off',
    about:
      'Upgrade LwM2M devices only if they say which cell they are in. Off: those without object 4, and those with another bearer than LTE and NB-IoT, need no cell slot.',
    example: 'on',
  }),
} as const;
