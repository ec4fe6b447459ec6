export interface TagValue {
  key: string;
  value: string;
}

/** Rows that were left empty are none. */
export const givenTags = (tags: readonly TagValue[]): TagValue[] => tags.filter(({ key, value }) => key !== '' || value !== '');

/**
 * The tags of a device take the place of all it has. Somebody else may have changed some since the form was opened: what was changed in the
 * form is done to what the device has now.
 */
export function mergedTags(opened: readonly TagValue[], wanted: readonly TagValue[], now: readonly TagValue[]): TagValue[] {
  const before = new Map(opened.map(({ key, value }) => [key, value]));
  const keys = new Set(wanted.map(({ key }) => key));
  const kept = now.filter(({ key }) => keys.has(key) || !before.has(key)).map(({ key, value }) => ({ key, value }));
  for (const { key, value } of wanted) {
    if (before.get(key) === value) continue;
    const at = kept.findIndex((tag) => tag.key === key);
    if (at === -1) kept.push({ key, value });
    else kept[at] = { key, value };
  }
  return kept;
}
