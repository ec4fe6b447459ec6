import type { BatchTag } from '../batch/batch';
import type { Limits } from '../limits';
import type { Violation } from '../violation';

type TagLimits = Pick<Limits, 'batchTags' | 'tagKeyLength' | 'tagValueLength' | 'tagsLength'>;

const KEY = /^[A-Za-z0-9.]+$/;

/** R-BAT-17: everything wrong with a batch's tags. `field` is the list's path. */
export function tagViolations(tags: readonly BatchTag[], limits: TagLimits, field = 'tags'): Violation[] {
  if (tags.length > limits.batchTags) return [tooMany(tags.length, field, limits)];
  const ofEach = tags.flatMap((tag, index) => [
    ...keyViolations(tag, `${field}.${index}.key`, limits),
    ...repeatViolations(tags, index, `${field}.${index}.key`),
    ...valueViolations(tag, `${field}.${index}.value`, limits),
  ]);
  return [...ofEach, ...sumViolations(tags, field, limits)];
}

function tooMany(count: number, field: string, { batchTags }: TagLimits): Violation {
  const message = `The batch has ${count} tags, and at most ${batchTags} go to a device.`;
  return { code: 'TOO_MANY', field, message, hint: 'Leave some out, or put several into one value.', limit: `${batchTags} tags` };
}

function keyViolations({ key }: BatchTag, field: string, { tagKeyLength }: TagLimits): Violation[] {
  if (key.length > 0 && key.length <= tagKeyLength && KEY.test(key)) return [];
  const limit = `1–${tagKeyLength} of A–Z, a–z, 0–9 and .`;
  const hint = `Give 1 to ${tagKeyLength} letters, digits and dots.`;
  return [{ code: 'TAG_KEY', field, message: 'The key of a tag takes only letters, digits and dots.', hint, limit }];
}

function repeatViolations(tags: readonly BatchTag[], index: number, field: string): Violation[] {
  if (tags.findIndex(({ key }) => key === tags[index]?.key) === index) return [];
  return [{ code: 'TAG_REPEATED', field, message: 'An earlier tag has the same key.', hint: 'Give each key once.' }];
}

function valueViolations({ value }: BatchTag, field: string, { tagValueLength }: TagLimits): Violation[] {
  if (value.length <= tagValueLength) return [];
  const message = `The value of a tag has ${value.length} characters.`;
  return [{ code: 'TAG_VALUE', field, message, hint: 'Shorten it.', limit: `${tagValueLength} characters` }];
}

/** Keys and values together: what small devices have to hold in memory. */
function sumViolations(tags: readonly BatchTag[], field: string, { tagsLength }: TagLimits): Violation[] {
  const sum = tags.reduce((length, { key, value }) => length + key.length + value.length, 0);
  if (sum <= tagsLength) return [];
  const message = `The keys and values of the tags have ${sum} characters together.`;
  return [{ code: 'TAGS_TOO_LONG', field, message, hint: 'Shorten or leave out some of them.', limit: `${tagsLength} characters` }];
}
