/** Fields of the filter that are text, by their name in the address. */
export const TEXT_FIELDS = {
  product: 'productKey',
  name: 'namePrefix',
  module: 'module',
  version: 'version',
  group: 'groupId',
  province: 'province',
  city: 'city',
  owner: 'owner',
  parent: 'parentId',
  endpoint: 'endpoint',
  psk: 'pskIdentity',
} as const;

/** A tag stands in the address as `key=value`. */
export type TextField = keyof typeof TEXT_FIELDS | 'tag';

/** As the API takes it (`DeviceFilterInput`). */
export type DeviceFilter = { -readonly [name in (typeof TEXT_FIELDS)[keyof typeof TEXT_FIELDS]]?: string } & {
  online?: boolean;
  enabled?: boolean;
  dialect?: Dialect;
  tag?: { key: string; value: string };
};

const DIALECTS = ['LINK', 'IOTDA', 'LWM2M'] as const;
export type Dialect = (typeof DIALECTS)[number];

/** Those that are hidden until somebody wants them, or has one in the address. */
export const FURTHER_FIELDS = ['enabled', 'dialect', 'tag', 'group', 'province', 'city', 'owner', 'parent', 'endpoint', 'psk'] as const;

export const FILTER_NAMES = [...(Object.keys(TEXT_FIELDS) as TextField[]), 'tag', 'online', 'enabled', 'dialect'] as const;

/** What an address asks for; what it has that is no filter is left alone. */
export function filterOf(search: URLSearchParams): DeviceFilter {
  const filter: DeviceFilter = {};
  for (const [name, field] of Object.entries(TEXT_FIELDS)) {
    const value = search.get(name);
    if (value) filter[field] = value;
  }
  for (const name of ['online', 'enabled'] as const) {
    const value = search.get(name);
    if (value === 'yes' || value === 'no') filter[name] = value === 'yes';
  }
  const dialect = DIALECTS.find((each) => each === search.get('dialect'));
  if (dialect) filter.dialect = dialect;
  const tag = search.get('tag');
  // Only values have an equals sign in them.
  if (tag) filter.tag = { key: tag.split('=')[0] ?? '', value: tag.split('=').slice(1).join('=') };
  return filter;
}

/** The same devices as a file, by name; a tag is two options there. */
export function csvAddressOf({ tag, ...filter }: DeviceFilter): string {
  const options = new URLSearchParams();
  for (const [name, value] of Object.entries(filter)) options.set(name, String(value));
  if (tag) {
    options.set('tagKey', tag.key);
    options.set('tagValue', tag.value);
  }
  return options.size === 0 ? '/devices.csv' : `/devices.csv?${options}`;
}

/** By name; `desc` in the address: the last first. */
export const orderOf = (search: URLSearchParams): 'ASCENDING' | 'DESCENDING' =>
  search.get('order') === 'desc' ? 'DESCENDING' : 'ASCENDING';

/** Which field of the form an error of the API is about (`filter.productKey`). */
export function fieldOf(path: string | null): TextField | null {
  const field = path?.replace(/^filter\./, '');
  if (field?.startsWith('tag')) return 'tag';
  const found = Object.entries(TEXT_FIELDS).find(([, each]) => each === field);
  return (found?.[0] as TextField | undefined) ?? null;
}
