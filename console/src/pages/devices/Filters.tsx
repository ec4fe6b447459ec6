import { Trans, useLingui } from '@lingui/react/macro';
import { Autocomplete, Button, Collapse, Group, NativeSelect, TextInput } from '@mantine/core';
import { useDebouncedCallback, useDisclosure, useMediaQuery } from '@mantine/hooks';
import { IconAdjustments, IconSearch } from '@tabler/icons-react';
import { memo, useEffect, useRef, useState } from 'react';
import { SEARCH_FIELD } from '../../app/layout/keyboard';
import { platform } from '../../app/platform';
import { GroupChoicesDocument, ProductChoicesDocument, VersionChoicesDocument } from '../../generated/pages/devices/documents';
import { useLoaded } from '../../live/use-loaded';
import classes from './Filters.module.css';
import { FILTER_NAMES, FURTHER_FIELDS, orderOf, type TextField } from './filter';
import { Versions } from './Versions';

interface Props {
  search: URLSearchParams;
  set: (name: string, value: string) => void;
  errors: { readonly [name in TextField]?: string };
}

/** Everything that the API filters devices by. Drawn when it changes only, and not with each page of the list. */
export const Filters = memo(function Filters({ search, set, errors }: Props) {
  const { t } = useLingui();
  const product = search.get('product') ?? '';
  const group = search.get('group') ?? '';
  const isNarrow = useMediaQuery('(max-width: 48em)', undefined, { getInitialValueInEffect: false });
  const inUse = (isNarrow ? FILTER_NAMES : FURTHER_FIELDS).filter((name) => name !== 'name' && search.get(name)).length;
  const [wanted, { toggle }] = useDisclosure(inUse > 0 && !isNarrow);
  const further = wanted || FURTHER_FIELDS.some((name) => name in errors);
  /** On a phone only the name is there until somebody wants more. */
  const first = { className: classes.first, 'data-further': further || Object.keys(errors).length > 0 };
  const products = useLoaded('product choices', () => platform.list(ProductChoicesDocument, {}, (data) => data.products));
  const groups = useLoaded(further ? 'group choices' : null, () => platform.list(GroupChoicesDocument, {}, (data) => data.groups));
  const { modules, versions, hasMore } = useVersions(product, search.get('module') || null);
  const text = (name: TextField) => ({ name, search, set, error: errors[name] });

  // Names, versions and regions are looked for within a product: where there is one only, it is that one.
  const only = products.data?.length === 1 ? products.data[0]?.key : undefined;
  const needsOne =
    !product && (search.get('name') || search.get('version') || search.get('module') || search.get('province') || search.get('city'));
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is chosen once it is needed.
  useEffect(() => {
    if (only && needsOne) set('product', only);
  }, [only, needsOne]);

  return (
    <search aria-label={t`Filter of the devices`}>
      <Group align="start" gap="sm" className={classes.fields}>
        <FilterText {...text('name')} {...SEARCH_FIELD} label={t`Name begins with`} leftSection={<IconSearch size={16} />} />
        <NativeSelect
          {...first}
          className={`${classes.first} ${classes.read}`}
          label={t`Product`}
          value={product}
          // The API says which argument is missing: here there is a field to choose it in.
          error={
            errors.product && product === ''
              ? t`Choose one first: names, modules, versions and regions are looked for within one product.`
              : errors.product
          }
          onChange={(event) => set('product', event.currentTarget.value)}
          data={choices(
            t`any`,
            product,
            products.data?.map(({ key, name }) => ({ value: key, label: name === key ? key : `${name} (${key})` })),
          )}
        />
        <NativeSelect
          {...first}
          label={t`Connection`}
          value={search.get('online') ?? ''}
          onChange={(event) => set('online', event.currentTarget.value)}
          data={[
            { value: '', label: t`any` },
            { value: 'yes', label: t`on-line` },
            { value: 'no', label: t`off-line` },
          ]}
        />
        <NativeSelect
          {...first}
          label={t`Order`}
          value={orderOf(search) === 'DESCENDING' ? 'desc' : ''}
          onChange={(event) => set('order', event.currentTarget.value)}
          data={[
            { value: '', label: t`by name, A to Z` },
            { value: 'desc', label: t`by name, Z to A` },
          ]}
        />
        <FilterText {...text('module')} {...first} label={t`Module`} placeholder="default" choices={modules} />
        <FilterText {...text('version')} {...first} label={t`Version`} choices={(versions ?? []).map(({ version }) => version)} />
        <Button
          variant="default"
          className={classes.button}
          onClick={toggle}
          aria-expanded={further}
          leftSection={<IconAdjustments size={16} />}
        >
          {inUse > 0 ? <Trans>More filters ({inUse})</Trans> : <Trans>More filters</Trans>}
        </Button>
      </Group>
      <Collapse expanded={further}>
        <Group align="start" gap="sm" mt="sm" className={classes.fields}>
          <NativeSelect
            label={t`Enabled`}
            value={search.get('enabled') ?? ''}
            onChange={(event) => set('enabled', event.currentTarget.value)}
            data={[
              { value: '', label: t`any` },
              { value: 'yes', label: t`enabled` },
              { value: 'no', label: t`disabled` },
            ]}
          />
          <NativeSelect
            label={t`Dialect`}
            value={search.get('dialect') ?? ''}
            onChange={(event) => set('dialect', event.currentTarget.value)}
            data={[
              { value: '', label: t`any` },
              { value: 'LINK', label: 'Link' },
              { value: 'IOTDA', label: 'IoTDA' },
              { value: 'LWM2M', label: 'LwM2M' },
            ]}
          />
          <FilterText {...text('tag')} label={t`Tag`} placeholder={t`key=value`} />
          <NativeSelect
            className={classes.read}
            label={t`Group`}
            value={group}
            error={errors.group}
            onChange={(event) => set('group', event.currentTarget.value)}
            data={choices(
              t`any`,
              group,
              groups.data?.map(({ id, name }) => ({ value: id, label: name })),
            )}
          />
          <FilterText {...text('province')} label={t`Province`} />
          <FilterText {...text('city')} label={t`City`} />
          <FilterText {...text('owner')} label={t`Owner`} />
          <FilterText {...text('parent')} label={t`Child of (device id)`} />
          <FilterText {...text('endpoint')} label={t`LwM2M endpoint name`} />
          <FilterText {...text('psk')} label={t`PSK identity`} />
        </Group>
      </Collapse>
      {product && <Versions module={search.get('module') || 'default'} versions={versions} hasMore={hasMore} search={search} set={set} />}
    </search>
  );
});

function useVersions(productKey: string, module: string | null) {
  const key = productKey ? `versions ${productKey} ${module}` : null;
  const { data } = useLoaded(key, () => platform.query(VersionChoicesDocument, { productKey, module }));
  return {
    modules: data?.product?.modules.edges.map(({ node }) => node.name) ?? [],
    versions: data ? (data.moduleVersions?.edges.map(({ node }) => node) ?? []) : null,
    hasMore: data?.moduleVersions?.pageInfo.hasNextPage ?? false,
  };
}

interface Choice {
  value: string;
  label: string;
}

/** With the one of the address even where it is not among those that were read. */
function choices(any: string, chosen: string, read: readonly Choice[] = []): Choice[] {
  const missing = chosen && !read.some(({ value }) => value === chosen);
  return [{ value: '', label: any }, ...(missing ? [{ value: chosen, label: chosen }] : []), ...read];
}

interface FilterTextProps {
  name: TextField;
  search: URLSearchParams;
  set: (name: string, value: string) => void;
  error: string | undefined;
  label: string;
  placeholder?: string;
  className?: string | undefined;
  leftSection?: React.ReactNode;
  choices?: string[];
}

/** What is typed goes into the address after a moment; what the address gets from elsewhere is shown. */
function FilterText({ name, search, set, error, choices: data, ...shown }: FilterTextProps) {
  const given = search.get(name) ?? '';
  const [text, setText] = useState(given);
  const sent = useRef(given);
  const send = useDebouncedCallback((value: string) => {
    sent.current = value;
    set(name, value);
  }, 250);
  useEffect(() => {
    if (given === sent.current) return;
    sent.current = given;
    setText(given);
  }, [given]);
  const change = (value: string): void => {
    setText(value);
    send(value);
  };
  if (data) return <Autocomplete {...shown} data={data.slice(0, 50)} value={text} error={error} onChange={change} />;
  return <TextInput {...shown} value={text} error={error} onChange={(event) => change(event.currentTarget.value)} autoComplete="off" />;
}
