/** What an operation knows of its change, and neither its input nor its answer says. */
export interface Told {
  objects?: readonly string[];
  before?: Record<string, unknown>;
  after?: Record<string, unknown>;
}

const told = new WeakMap<object, Told>();

/** Puts into the entry of a mutation what its payload does not have. */
export function tellAudit<T extends object>(payload: T, change: Told | null): T {
  if (change) told.set(payload, change);
  return payload;
}

export const toldOf = (payload: unknown): Told => (typeof payload === 'object' && payload !== null ? told.get(payload) : undefined) ?? {};
