import { useLingui } from '@lingui/react/macro';
import { Group, NativeSelect, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { SEARCH_FIELD } from '../../app/layout/keyboard';
import { KIND_NAMES, KINDS, RESULT_LOOKS, RESULTS } from './looks';

interface Props {
  get: (name: string) => string;
  set: (changes: Readonly<Record<string, string | null>>) => void;
}

export function AuditFilters({ get, set }: Props) {
  const { t, i18n } = useLingui();
  const soon = useDebouncedCallback(set, 300);
  const text = (name: string) => ({
    // Another value of the address, by a click into the table, is shown as well.
    key: `${name} ${document.activeElement?.getAttribute('name') === name ? '' : get(name)}`,
    name,
    defaultValue: get(name),
    onChange: (event: { currentTarget: { value: string } }) => soon({ [name]: event.currentTarget.value.trim() }),
  });
  return (
    <Group align="end" gap="sm">
      <TextInput
        {...SEARCH_FIELD}
        label={t`Action`}
        placeholder="createStaticBatch"
        leftSection={<IconSearch size={16} />}
        {...text('action')}
      />
      <TextInput label={t`Who (id)`} {...text('actor')} />
      <TextInput label={t`About (id)`} {...text('object')} />
      <NativeSelect
        label={t`Kind`}
        value={get('kind')}
        onChange={(event) => set({ kind: event.currentTarget.value })}
        data={[{ value: '', label: t`any` }, ...KINDS.map((value) => ({ value, label: i18n._(KIND_NAMES[value]) }))]}
      />
      <NativeSelect
        label={t`Result`}
        value={get('result')}
        onChange={(event) => set({ result: event.currentTarget.value })}
        data={[{ value: '', label: t`any` }, ...RESULTS.map((value) => ({ value, label: i18n._(RESULT_LOOKS[value].label) }))]}
      />
      <TextInput type="datetime-local" label={t`Since`} {...text('since')} />
      <TextInput type="datetime-local" label={t`Until`} {...text('until')} />
    </Group>
  );
}
