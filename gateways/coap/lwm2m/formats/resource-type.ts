import type { Path } from './path';

/** Data types of resources (LwM2M Core 1.1, appendix C). A link is an object link, `object:instance`; a time is in seconds since 1970. */
export type ResourceType = 'string' | 'integer' | 'unsigned' | 'float' | 'boolean' | 'opaque' | 'time' | 'link';

type Definition = Readonly<Record<number, ResourceType>>;

/** Device (OMA object 3), those that can be read. */
const device: Definition = {
  0: 'string',
  1: 'string',
  2: 'string',
  3: 'string',
  6: 'integer',
  7: 'integer',
  8: 'integer',
  9: 'integer',
  10: 'integer',
  11: 'integer',
  13: 'time',
  14: 'string',
  15: 'string',
  16: 'string',
  17: 'string',
  18: 'string',
  19: 'string',
  20: 'integer',
  21: 'integer',
  22: 'link',
};

/** Connectivity monitoring (OMA object 4). */
const connectivity: Definition = {
  0: 'integer',
  1: 'integer',
  2: 'integer',
  3: 'integer',
  4: 'string',
  5: 'string',
  6: 'integer',
  7: 'string',
  8: 'integer',
  9: 'integer',
  10: 'integer',
  11: 'integer',
  12: 'integer',
};

/** Firmware update (OMA object 5, versions 1.0–1.2), those that can be read or written. */
const firmware: Definition = {
  0: 'opaque',
  1: 'string',
  3: 'integer',
  5: 'integer',
  6: 'string',
  7: 'string',
  8: 'integer',
  9: 'integer',
  11: 'integer',
  12: 'time',
  13: 'unsigned',
  14: 'boolean',
};

const OBJECTS: Readonly<Record<number, Definition>> = { 3: device, 4: connectivity, 5: firmware };

/** Null for a resource of another object, or one that its object does not define. */
export function typeOf([object, , resource]: Path): ResourceType | null {
  if (object === undefined || resource === undefined) return null;
  return OBJECTS[object]?.[resource] ?? null;
}

/** Resources that have instances: a read of one of them gives more than one value. */
const MULTIPLE: Readonly<Record<number, readonly number[]>> = { 3: [6, 7, 8, 11, 22], 4: [1, 4, 5, 7], 5: [8] };

export const hasInstances = ([object, , resource]: Path): boolean =>
  object !== undefined && resource !== undefined && (MULTIPLE[object]?.includes(resource) ?? false);
