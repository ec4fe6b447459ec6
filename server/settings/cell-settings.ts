import { type CellSettings, DEFAULT_CELLS } from '../../schema/model/cell/gate';
import { CELL_LEVELS, type CellLevel } from '../../schema/model/cell/level';
import * as kinds from './kinds';
import { type Setting, setting } from './setting';

const { ranges, slots } = DEFAULT_CELLS;
const OURS = 'The default is our own choice: the vendor shows the borders in a picture only.';

/** R-FLOW-4: how LwM2M devices share radio cells. */
export const CELL_SETTINGS = {
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

/** What a document of a cell can hold, and more than any cell bears. */
const MOST = 1_000;

const ABOUT: Record<CellLevel, string> = {
  '0': 'in a cell of which they are at coverage level 0',
  '1': 'in a cell of which they are at coverage level 1',
  '2': 'in a cell of which they are at coverage level 2, or weaker',
  CELL: 'in a cell whose signal they cannot tell',
};

export const cellSlotVariable = (level: CellLevel): string => `UPDRAFT_CELL_SLOTS_${level}`;

/** A variable for each coverage level. */
export const CELL_SLOT_SETTINGS: ReadonlyMap<keyof CellSettings['slots'], Setting<number>> = new Map(
  CELL_LEVELS.map((level) => {
    const about = `LwM2M devices that download at once ${ABOUT[level]}. The same for all processes.`;
    return [level, { kind: kinds.wholeNumber(1, MOST, 'devices'), default: slots[level], about, example: `${slots[level]}` }];
  }),
);
