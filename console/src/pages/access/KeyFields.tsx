import { useLingui } from '@lingui/react/macro';
import { MultiSelect, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { platform } from '../../app/platform';
import { AccessProductsDocument, type ShownKeyFragment } from '../../generated/pages/access/documents';
import { useLoaded } from '../../live/use-loaded';
import { readAll } from '../../live/use-pages';

export interface KeyValues {
  name: string;
  role: ShownKeyFragment['role'];
  products: string[];
  /** As a field of the browser has it; empty: never. */
  expiresAt: string;
}

export const fieldOf = (path: string): string | null =>
  ['name', 'role', 'products', 'expiresAt'].find((field) => path.split(/[.[]/)[0] === field) ?? null;

/** What can be changed of a key afterwards. */
export function KeyFields({ form }: { form: UseFormReturnType<KeyValues> }) {
  const { t } = useLingui();
  const products = useLoaded('access products', () =>
    readAll(
      (after) => platform.query(AccessProductsDocument, { after }),
      ({ products: connection }) => connection,
    ),
  ).data;
  const options = (products ?? []).map(({ key, name }) => ({ value: key, label: name === key ? key : `${name} (${key})` }));
  const chosen = form.values.products
    .filter((key) => !options.some(({ value }) => value === key))
    .map((value) => ({ value, label: value }));
  return (
    <>
      <MultiSelect
        label={t`Products`}
        description={t`It sees and changes only these; all where none is chosen.`}
        data={[...options, ...chosen]}
        searchable
        {...form.getInputProps('products')}
      />
      <TextInput
        type="datetime-local"
        label={t`Expires`}
        description={t`In your time zone; never where it is empty.`}
        {...form.getInputProps('expiresAt')}
      />
    </>
  );
}
