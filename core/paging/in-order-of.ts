/** Rows in the order their ids were asked for, null where there is none: what a data loader needs. */
export function inOrderOf<T extends { _id: string }>(ids: readonly string[], rows: readonly T[]): (T | null)[] {
  const byId = new Map(rows.map((row) => [row._id, row]));
  return ids.map((id) => byId.get(id) ?? null);
}
