import { Trans, useLingui } from '@lingui/react/macro';
import { Button, Group, NativeSelect, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconFilterOff, IconSearch } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { SEARCH_FIELD } from '../../../app/layout/keyboard';
import { platform } from '../../../app/platform';
import { BATCH_LOOKS, BATCH_STATUSES } from '../../../components/statuses';
import { PRODUCTS_WIDTH } from '../../../components/use-filters';
import { BatchProductsDocument } from '../../../generated/pages/batch/documents';
import { useLoaded } from '../../../live/use-loaded';
import { FILTERS, type FilterName } from './filter';

interface Props {
  value: (name: string) => string;
  set: (changes: Readonly<Record<string, string | null>>) => void;
}

/** Everything that the API filters batches by, and their order. */
export function Filters({ value, set }: Props) {
  const { t, i18n } = useLingui();
  const { data } = useLoaded('products of batches', () => platform.list(BatchProductsDocument, {}, ({ products }) => products));
  const product = value('product');
  const products = data ?? [];
  const field = (name: FilterName) => ({
    value: value(name),
    onChange: (event: { currentTarget: { value: string } }) => set({ [name]: event.currentTarget.value }),
  });
  const any = { value: '', label: t`any` };
  return (
    <Group component="search" aria-label={t`Filter of the batches`} align="end" gap="sm">
      <NameField text={value('text')} set={(text) => set({ text })} />
      <NativeSelect
        label={t`Status`}
        {...field('status')}
        data={[any, ...BATCH_STATUSES.map((each) => ({ value: each, label: i18n._(BATCH_LOOKS[each].label) }))]}
      />
      <NativeSelect
        label={t`Product`}
        w={PRODUCTS_WIDTH}
        {...field('product')}
        data={[
          any,
          ...(product && !products.some(({ key }) => key === product) ? [{ value: product, label: product }] : []),
          ...products.map(({ key, name }) => ({ value: key, label: name === key ? key : `${name} (${key})` })),
        ]}
      />
      <NativeSelect
        label={t`Kind`}
        {...field('kind')}
        data={[
          any,
          { value: 'STATIC', label: t`static` },
          { value: 'DYNAMIC', label: t`dynamic` },
          { value: 'VERIFICATION', label: t`verification` },
        ]}
      />
      <TextInput type="date" label={t`Created from`} {...field('from')} />
      <TextInput type="date" label={t`to`} {...field('to')} />
      <NativeSelect
        label={t`Order`}
        value={value('order')}
        onChange={(event) => set({ order: event.currentTarget.value })}
        data={[
          { value: '', label: t`the newest first` },
          { value: 'oldest', label: t`the oldest first` },
        ]}
      />
      {FILTERS.some((name) => value(name)) && (
        <Button
          variant="subtle"
          leftSection={<IconFilterOff size={16} />}
          onClick={() => set(Object.fromEntries(FILTERS.map((name) => [name, null])))}
        >
          <Trans>Clear the filter</Trans>
        </Button>
      )}
    </Group>
  );
}

/** What is typed goes into the address after a moment; what the address gets from elsewhere is shown. */
function NameField({ text, set }: { text: string; set: (text: string) => void }) {
  const { t } = useLingui();
  const [typed, setTyped] = useState(text);
  const [sent, setSent] = useState(text);
  const send = useDebouncedCallback((next: string) => {
    setSent(next);
    set(next);
  }, 250);
  useEffect(() => {
    if (text === sent) return;
    setSent(text);
    setTyped(text);
  }, [text, sent]);
  return (
    <TextInput
      {...SEARCH_FIELD}
      label={t`Name contains`}
      leftSection={<IconSearch size={16} />}
      value={typed}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        send(event.currentTarget.value);
      }}
    />
  );
}
