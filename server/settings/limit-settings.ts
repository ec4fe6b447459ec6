import { DEFAULT_LIMITS, LIMIT_NAMES, LIMITS, type LimitName, rangeOf } from '../../schema/model/limits';
import * as kinds from './kinds';
import type { Setting } from './settings';

type LimitValue = number | readonly number[];

/** `fileBytes` is `UPDRAFT_LIMIT_FILE_BYTES`. */
export const limitVariable = (name: string): string => `UPDRAFT_LIMIT_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;

/** A variable for each limit of the model, which owns their names, meanings, ranges and defaults. */
export const LIMIT_SETTINGS: ReadonlyMap<LimitName, Setting<LimitValue>> = new Map(
  LIMIT_NAMES.map((name) => [name, limitSetting(name, DEFAULT_LIMITS[name])]),
);

function limitSetting(name: LimitName, value: LimitValue): Setting<LimitValue> {
  const { unit, description: about } = LIMITS[name];
  const [least, most] = rangeOf(name);
  return typeof value === 'number'
    ? { kind: kinds.wholeNumber(least, most, unit), default: value, about, example: `${value}` }
    : { kind: kinds.wholeNumbers(least, most, unit), default: value, defaultText: value.join(','), about, example: value.join(',') };
}
