import { Trans, useLingui } from '@lingui/react/macro';
import { Group, Select, Text, TextInput } from '@mantine/core';
import { platform } from '../../../app/platform';
import { pathsOf } from '../../../components/group-paths';
import { GroupsToPushToDocument } from '../../../generated/pages/new-batch/documents';
import { useLoaded } from '../../../live/use-loaded';
import { NumberField } from '../form/parts';
import { DeviceNames } from './DeviceNames';
import type { DevicesProps } from './DevicesSection';
import { ListFile } from './ListFile';

/** What the scope that is chosen needs to know. */
export function ScopeFields({ form, chosen }: DevicesProps) {
  const { t } = useLingui();
  switch (form.values.scope) {
    case 'all':
      return null;
    case 'names':
      return <DeviceNames form={form} productKey={chosen?.productKey ?? null} />;
    case 'list':
      return <ListFile form={form} productKey={chosen?.productKey ?? null} />;
    case 'region':
      return (
        <Group align="start" grow preventGrowOverflow={false}>
          <TextInput
            label={t`Province`}
            description={t`Exactly as it is set on the devices.`}
            withAsterisk
            {...form.getInputProps('province')}
          />
          <TextInput label={t`City`} description={t`Exactly as it is set on the devices.`} withAsterisk {...form.getInputProps('city')} />
        </Group>
      );
    case 'share':
      return (
        <Group align="start" grow preventGrowOverflow={false}>
          <NumberField form={form} name="percent" label={t`Percent`} description={t`1 to 100.`} />
          <TextInput
            label={t`Seed`}
            description={t`The same seed chooses the same devices again; a larger percentage adds others. Chosen for you when empty.`}
            autoComplete="off"
            {...form.getInputProps('seed')}
          />
        </Group>
      );
    case 'group':
      return <GroupField form={form} />;
  }
}

function GroupField({ form }: Pick<DevicesProps, 'form'>) {
  const { t } = useLingui();
  const { data, loading } = useLoaded('groups to push to', (signal) =>
    platform.list(GroupsToPushToDocument, {}, ({ groups }) => groups, { signal }),
  );
  const { value, onChange, ...field } = form.getInputProps('groupId');
  if (data?.length === 0) {
    return (
      <Text c="dimmed">
        <Trans>There is no group yet.</Trans>
      </Text>
    );
  }
  const options = pathsOf(data ?? []).map(({ id, path, kind, state }) => ({
    value: id,
    label: [path, kind === 'DYNAMIC' && t`dynamic`, state !== 'READY' && t`being filled`].filter(Boolean).join(' · '),
  }));
  return (
    <Select
      label={t`Group`}
      description={t`A dynamic batch takes each device that joins the group once, and again if it rejoins after a failure.`}
      placeholder={loading ? t`Loading` : t`Name of a group`}
      data={options}
      searchable
      limit={200}
      withAsterisk
      {...field}
      value={value || null}
      onChange={(id) => onChange(id ?? '')}
    />
  );
}
