import { deviceIdOf } from '../ids';
import type { Violation } from '../violation';

/** A parent by its name; of the product of the device registered when none is named. */
export interface ParentName {
  productKey?: string | null;
  deviceName: string;
}

/** As callers name it. */
export interface NamedParent {
  parent?: ParentName | null;
  /** The older name of `parent`. */
  gateway?: ParentName | null;
}

/** Under whichever of its names it was given. */
export const parentOf = ({ parent, gateway }: NamedParent): ParentName | null => parent ?? gateway ?? null;

/** Both names were given, and differ; null counts as given. */
export function parentViolation(productKey: string, { parent, gateway }: NamedParent, path: string): Violation | null {
  if (parent === undefined || gateway === undefined) return null;
  const [newer, older] = [parent, gateway].map((name) => name && deviceIdOf(name.productKey ?? productKey, name.deviceName));
  if (newer === older) return null;
  return {
    code: 'ALIAS_DIFFERS',
    field: `${path}gateway`,
    message: `The device has two parents: \`parent\` is ${shown(newer)}, and \`gateway\`, its older name, is ${shown(older)}.`,
    hint: 'Give `parent` alone. No device of the list was registered.',
  };
}

const shown = (id: string | null | undefined): string => (id ? `"${id.slice(0, 72)}"` : 'null');
