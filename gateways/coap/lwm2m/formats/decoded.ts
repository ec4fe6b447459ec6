import { isValuePath, isWithin, type Path, pathText } from './path';
import { type ResourceType, typeOf } from './resource-type';
import type { Value } from './values';

/** Why a payload was not read. */
export const UNREADABLE = [
  'too_long',
  'too_deep',
  'too_many',
  'unknown_format',
  'syntax',
  /** A length that reaches past the end. */
  'truncated',
  /** A TLV where none of its kind can stand, or plain text for more than one resource. */
  'misplaced',
  /** No name, or one that is no path of a resource. */
  'bad_name',
  /** About something else than what was read. */
  'outside',
  'duplicate',
  /** None, or more than one, or one of no known kind. */
  'no_value',
  /** A feature of SenML that must be understood and isn't. */
  'unsupported',
] as const;
export type Unreadable = (typeof UNREADABLE)[number];

export interface Resource {
  /** Of a resource or a resource instance: `/5/0/3`, `/5/0/8/1`. */
  path: string;
  value: Value;
}

export interface Resources {
  /** In the order of the payload. */
  resources: Resource[];
  /** Paths of values that are not of their resource's type. The rest is as good as it would be without them. */
  mistyped: string[];
}

export type Decoded = Resources | { unreadable: Unreadable };

/** Bounds of one payload. No object that is read has a tenth of it. */
export const MOST_PAYLOAD_BYTES = 64 * 1_024;
export const MOST_RESOURCES = 1_024;

/** The first value at the path; of a resource with instances, that of the first one. */
export const valueAt = ({ resources }: Pick<Resources, 'resources'>, path: string): Value | undefined => valuesAt({ resources }, path)[0];

/** The value at the path, or those of its instances. */
export function valuesAt({ resources }: Pick<Resources, 'resources'>, path: string): Value[] {
  return resources.filter((resource) => resource.path === path || resource.path.startsWith(`${path}/`)).map(({ value }) => value);
}

/** Puts together what a payload says below `base`, the path that was read. */
export interface Collector {
  /**
   * Adds what `read` makes of the resource's type. Returns why the payload can't be read, or null. Of several values with times the
   * newest counts; two of one time are a duplicate.
   */
  add(path: Path, read: (type: ResourceType | null) => Value | undefined, time?: number): Unreadable | null;
  result(): Resources;
}

export function createCollector(base: Path): Collector {
  const found = new Map<string, { value: Value | undefined; time: number }>();
  return {
    add(path, read, time = 0) {
      if (!isValuePath(path)) return 'bad_name';
      if (!isWithin(path, base)) return 'outside';
      const name = pathText(path);
      const before = found.get(name);
      if (before?.time === time) return 'duplicate';
      if (found.size === MOST_RESOURCES && before === undefined) return 'too_many';
      if (before === undefined || before.time < time) found.set(name, { value: read(typeOf(path)), time });
      return null;
    },
    result() {
      const resources: Resource[] = [];
      const mistyped: string[] = [];
      for (const [path, { value }] of found) {
        if (value === undefined) mistyped.push(path);
        else resources.push({ path, value });
      }
      return { resources, mistyped };
    },
  };
}
