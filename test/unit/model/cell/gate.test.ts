import fc from 'fast-check';
import { cellOf, cellViolation } from '../../../../schema/model/cell/cell';
import { DEFAULT_CELLS, gateOf } from '../../../../schema/model/cell/gate';
import { CELL_LEVELS, type CellLevel, levelOf } from '../../../../schema/model/cell/level';
import type { SignalSeen } from '../../../../schema/model/cell/signal';

const { ranges, slots } = DEFAULT_CELLS;
const signalWith = (fields: Partial<SignalSeen> = {}): SignalSeen => ({
  ...{ bearer: 7, rsrp: -100, sinr: 10, cellId: 12345, mnc: 1, mcc: 262 },
  ...fields,
});

describe('R-FLOW-4 the coverage level', () => {
  test.each<[rsrp: number | null, sinr: number | null, level: CellLevel, devices: number]>([
    [-74, 20, '0', 50],
    [-105, 7, '0', 50],
    [-105.1, 7, '1', 10],
    [-105, 6.9, '1', 10],
    [-74, -3, '1', 10],
    [-115, -3, '1', 10],
    [-115, -3.5, '2', 1],
    [-116, 20, '2', 1],
    [-74, -8, '2', 1],
    [-125, -8, '2', 1],
    // Outside of all ranges.
    [-126, 20, '2', 1],
    [-74, -9, '2', 1],
    [-200, -200, '2', 1],
    // Unreadable, and what can be no received power.
    [null, 20, 'CELL', 10],
    [-74, null, 'CELL', 10],
    [null, null, 'CELL', 10],
    [Number.NaN, 20, 'CELL', 10],
    [-74, Number.NEGATIVE_INFINITY, 'CELL', 10],
    [0, 20, 'CELL', 10],
    [97, 20, 'CELL', 10],
    [32_767, 20, 'CELL', 10],
  ])('of RSRP %s and SINR %s is %s: %s devices at once', (rsrp, sinr, level, devices) => {
    expect(levelOf({ rsrp, sinr }, ranges)).toBe(level);
    expect(slots[level]).toBe(devices);
  });

  const border = fc.integer({ min: -150, max: 40 });
  const borders = fc
    .uniqueArray(border, { minLength: 3, maxLength: 3 })
    .map((three) => three.sort((a, b) => b - a) as [number, number, number]);
  const rsrp = fc.double({ min: -200, max: -0.1, noNaN: true });
  const sinr = fc.double({ min: -60, max: 60, noNaN: true });

  test('is that of the weaker reading, whichever that is', () => {
    fc.assert(
      fc.property(borders, borders, rsrp, sinr, (forRsrp, forSinr, power, noise) => {
        const chosen = { rsrp: forRsrp, sinr: forSinr };
        const level = levelOf({ rsrp: power, sinr: noise }, chosen);
        const byRsrp = levelOf({ rsrp: power, sinr: forSinr[0] }, chosen);
        const bySinr = levelOf({ rsrp: -0.1, sinr: noise }, { ...chosen, rsrp: [-1, -2, -3] });
        expect([byRsrp, bySinr].sort().at(-1)).toBe(level);
      }),
    );
  });

  test('never gets better as a reading gets weaker', () => {
    fc.assert(
      fc.property(borders, rsrp, sinr, fc.double({ min: 0, max: 50, noNaN: true }), (forSinr, power, noise, less) => {
        const chosen = { ...ranges, sinr: forSinr };
        const rank = (level: CellLevel) => CELL_LEVELS.indexOf(level);
        const level = levelOf({ rsrp: power, sinr: noise }, chosen);
        expect(rank(levelOf({ rsrp: power - less, sinr: noise }, chosen))).toBeGreaterThanOrEqual(rank(level));
        expect(rank(levelOf({ rsrp: power, sinr: noise - less }, chosen))).toBeGreaterThanOrEqual(rank(level));
      }),
    );
  });
});

describe('R-FLOW-4 a cell', () => {
  test.each<[string, Partial<SignalSeen>, string | null]>([
    ['is operator and cell id', {}, '262-1-12345'],
    ['of another operator is another', { mnc: 2 }, '262-2-12345'],
    ['is its id alone without the network', { mnc: null }, '12345'],
    ['is its id alone without the country', { mcc: null }, '12345'],
    ['is its id alone where a code is none', { mcc: 1_000 }, '12345'],
    ['is its id alone where a code is negative', { mnc: -1 }, '12345'],
    ['may be number 0', { cellId: 0, mcc: 0, mnc: 0 }, '0-0-0'],
    ['has 36 bits at most', { cellId: 2 ** 36 - 1 }, '262-1-68719476735'],
    ['is not readable without its id', { cellId: null }, null],
    ['is not readable with a negative id', { cellId: -1 }, null],
    ['is not readable with half an id', { cellId: 1.5 }, null],
    ['is not readable with an id of more bits', { cellId: 2 ** 36 }, null],
    ['is not readable with an id that is no number', { cellId: Number.NaN }, null],
  ])('%s', (_, fields, cell) => {
    expect(cellOf(signalWith(fields))).toBe(cell);
  });

  test('is the same for two devices if what they read is, and has the form that is asked for', () => {
    const code = fc.option(fc.integer({ min: -1, max: 1_000 }));
    const read = fc.record({ cellId: fc.integer({ min: 0, max: 2 ** 36 - 1 }), mnc: code, mcc: code });
    fc.assert(
      fc.property(read, read, (one, other) => {
        const cell = cellOf(one);
        expect(cellViolation(cell ?? '', 'cell')).toBeNull();
        const known = ({ mnc, mcc }: typeof one) => [mnc, mcc].every((each) => each !== null && each >= 0 && each < 1_000);
        const same =
          one.cellId === other.cellId && known(one) === known(other) && (!known(one) || (one.mnc === other.mnc && one.mcc === other.mcc));
        expect(cell === cellOf(other)).toBe(same);
      }),
    );
  });
});

test.each(['', '1-2', '262-1-', 'x', '1234-1-1', '262-1-123456789012', '-1', ' 1', '1\n', '1 0'])(
  'R-FLOW-4 %j is the name of no cell',
  (name) => {
    expect(cellViolation(name, 'cell')).toMatchObject({ code: 'INVALID_FORMAT', field: 'cell' });
  },
);

describe('R-FLOW-4 the gate of a cell', () => {
  const gate = { cell: '262-1-12345', level: '0' };

  test.each<[string, SignalSeen | null, relaxed: unknown, enforced: unknown]>([
    ['no object 4', null, 'NO_GATE', 'NO_CELL'],
    ['LTE-TDD', signalWith({ bearer: 5 }), gate, gate],
    ['LTE-FDD', signalWith({ bearer: 6 }), gate, gate],
    ['NB-IoT', signalWith({ bearer: 7 }), gate, gate],
    ['GSM', signalWith({ bearer: 0 }), 'NO_GATE', gate],
    ['GSM without a cell', signalWith({ bearer: 0, cellId: null }), 'NO_GATE', 'NO_CELL'],
    ['WLAN', signalWith({ bearer: 21, cellId: null }), 'NO_GATE', 'NO_CELL'],
    ['an unknown bearer', signalWith({ bearer: -1 }), 'NO_GATE', gate],
    ['a bearer that cannot be read', signalWith({ bearer: null }), gate, gate],
    ['a cell that cannot be read', signalWith({ cellId: null }), 'NO_CELL', 'NO_CELL'],
    [
      'nothing that can be read',
      signalWith({ bearer: null, rsrp: null, sinr: null, cellId: null, mnc: null, mcc: null }),
      'NO_CELL',
      'NO_CELL',
    ],
    ['no signal, but a cell', signalWith({ rsrp: null }), { ...gate, level: 'CELL' }, { ...gate, level: 'CELL' }],
  ])('with %s', (_, signal, relaxed, enforced) => {
    expect(gateOf(signal, { ranges, enforced: false })).toEqual(relaxed);
    expect(gateOf(signal, { ranges, enforced: true })).toEqual(enforced);
  });

  test('is never left out where it is enforced, and never invented where a cell is not known', () => {
    const value = fc.option(fc.oneof(fc.integer(), fc.double()));
    const signal = fc.record({ bearer: value, rsrp: value, sinr: value, cellId: value, mnc: value, mcc: value });
    fc.assert(
      fc.property(fc.option(signal), fc.boolean(), (seen, enforced) => {
        const result = gateOf(seen, { ranges, enforced });
        if (enforced) expect(result).not.toBe('NO_GATE');
        if (typeof result !== 'string') expect(result.cell).toBe(cellOf(seen as SignalSeen));
      }),
    );
  });
});
