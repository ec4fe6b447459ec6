/** Ids of object, object instance, resource and resource instance, as many as are named: `[5, 0, 3]` for `/5/0/3`, none for `/`. */
export type Path = readonly number[];

const MOST_SEGMENTS = 4;
const MOST_ID = 65_535;
/** A number has one spelling, so a resource has one path. */
const ID = /^(?:0|[1-9]\d{0,4})$/;

/** Null for what is no path of LwM2M: other than up to four numbers of 0–65,535, without leading zeros. */
export function parsePath(text: string): number[] | null {
  if (text === '/') return [];
  if (!text.startsWith('/') || text.length > MOST_SEGMENTS * 6) return null;
  const segments = text.slice(1).split('/');
  if (segments.length > MOST_SEGMENTS) return null;
  const ids: number[] = [];
  for (const segment of segments) {
    const id = Number(segment);
    if (!ID.test(segment) || id > MOST_ID) return null;
    ids.push(id);
  }
  return ids;
}

export const pathText = (path: Path): string => `/${path.join('/')}`;

/** Whether the path is `base` or lies below it. */
export const isWithin = (path: Path, base: Path): boolean => base.every((id, index) => path[index] === id);

/** Whether the path names a resource or an instance of one: what has a value. */
export const isValuePath = (path: Path): boolean => path.length >= 3;
