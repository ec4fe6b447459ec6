import { decisionOf } from './decisions';

interface Outcome {
  /** Ids of what was made or changed. */
  objects: string[];
  /** Counts and ids of the payload, and of its object the fields that the input names. */
  after: Record<string, unknown> | null;
  /** Codes of `userErrors`. */
  codes: string[];
}

/** Of what a mutation answers, before GraphQL picks from it: no more than is decided to be shown. */
export function shownPayload(type: string, payload: unknown, changed: readonly string[]): Outcome {
  if (typeof payload !== 'object' || payload === null) return { objects: [], after: null, codes: [] };
  const { userErrors, ...fields } = payload as Record<string, unknown>;
  const after: Record<string, unknown> = {};
  const objects: string[] = [];
  for (const [name, value] of Object.entries(fields)) {
    if (value === null || value === undefined) continue;
    if (typeof value === 'object' && !(value instanceof Date)) {
      for (const each of Array.isArray(value) ? value : [value]) {
        const id = idOf(each);
        if (id !== null) objects.push(id);
      }
      if (!Array.isArray(value)) Object.assign(after, fieldsOf(value, changed));
    } else if (decisionOf(type, name) === 'SHOWN') after[name] = value;
  }
  const codes = Array.isArray(userErrors) ? userErrors.map(({ code }) => String(code)) : [];
  return { objects, after: Object.keys(after).length === 0 ? null : after, codes };
}

/** As they are stored: of fields that are secrets the store has others, sealed or hashed, under other names. */
export function fieldsOf(object: object, names: readonly string[]): Record<string, unknown> {
  const found = object as Record<string, unknown>;
  // In a batch what can be edited is part of its policy.
  const places = [found, found.policy].filter((place): place is Record<string, unknown> => typeof place === 'object' && place !== null);
  return Object.fromEntries(
    names.flatMap((name) => {
      const place = places.find((each) => each[name] !== undefined);
      return place === undefined ? [] : [[name, place[name]] as const];
    }),
  );
}

function idOf(value: unknown): string | null {
  const id = (value as { _id?: unknown } | null)?._id ?? (value as { device?: { _id?: unknown } } | null)?.device?._id;
  return typeof id === 'string' ? id : null;
}
