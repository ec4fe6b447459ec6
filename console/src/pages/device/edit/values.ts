import { givenTags, mergedTags, type TagValue } from '../../../components/tags';
import type { EditDeviceMutationVariables, ShownDeviceFragment } from '../../../generated/pages/device/documents';

export interface Values {
  dialect: ShownDeviceFragment['dialect'];
  province: string;
  city: string;
  owner: string;
  /** By name, of the same product. */
  parent: string;
  tags: TagValue[];
}

export const valuesOf = ({ dialect, region, owner, parent, tags }: ShownDeviceFragment): Values => ({
  dialect,
  province: region?.province ?? '',
  city: region?.city ?? '',
  owner: owner ?? '',
  parent: parent?.deviceName ?? '',
  tags: tags.map(({ key, value }) => ({ key, value })),
});

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** What `updateDevice` is told: nothing that is as it was. Null: there is nothing to tell. */
export function changesOf(
  deviceId: string,
  opened: Values,
  values: Values,
  tagsNow: readonly TagValue[],
): EditDeviceMutationVariables['input'] | null {
  const { dialect, province, city } = values;
  const tags = givenTags(values.tags);
  const changes = {
    ...(dialect !== opened.dialect && { dialect }),
    ...((province !== opened.province || city !== opened.city) && { region: province || city ? { province, city } : null }),
    ...(!isSame(tags, opened.tags) && { tags: hasTwice(tags) ? tags : mergedTags(opened.tags, tags, tagsNow) }),
  };
  return Object.keys(changes).length === 0 ? null : { deviceId, ...changes };
}

/** The API says so at the field; merged, one of them would be lost without a word. */
const hasTwice = (tags: readonly TagValue[]): boolean => new Set(tags.map(({ key }) => key)).size < tags.length;

export function fieldOf(path: string): string | null {
  const tag = path.match(/^tags\[(\d+)\]\.(key|value)$/);
  if (tag) return `tags.${tag[1]}.${tag[2]}`;
  if (/^tags/.test(path)) return 'tags';
  if (/^(parentId|deviceIds)/.test(path)) return 'parent';
  return ['dialect', 'province', 'city', 'owner'].find((name) => path.endsWith(name)) ?? null;
}
