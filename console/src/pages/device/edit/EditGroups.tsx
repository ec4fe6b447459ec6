import { Trans, useLingui } from '@lingui/react/macro';
import { MultiSelect, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { platform } from '../../../app/platform';
import { FormDialog } from '../../../components/FormDialog';
import { pathsOf } from '../../../components/group-paths';
import { PutIntoGroupDocument, StaticGroupsDocument, TakeOutOfGroupDocument } from '../../../generated/pages/device/documents';
import { useFormCommand } from '../../../live/use-form-command';
import { useLoaded } from '../../../live/use-loaded';
import { readAll } from '../../../live/use-pages';
import type { EditProps } from './EditDevice';

/** The static groups a device is in. Each that was added or taken away is a call; what others do meanwhile stays. */
export function EditGroups({ device, close, saved }: EditProps) {
  const { t } = useLingui();
  const own = device.groups.filter(({ kind }) => kind === 'STATIC');
  const byRule = device.groups.filter(({ kind }) => kind === 'DYNAMIC');
  const form = useForm({ initialValues: { groups: own.map(({ id }) => id) } });
  const put = useFormCommand(PutIntoGroupDocument, form, () => 'groups');
  const take = useFormCommand(TakeOutOfGroupDocument, form, () => 'groups');
  const all = useLoaded('static groups', () =>
    readAll(
      (after) => platform.query(StaticGroupsDocument, { after }),
      ({ groups }) => groups,
    ),
  );
  const known = pathsOf(all.data ?? []).map(({ id, path }) => ({ value: id, label: path }));
  const others = own.filter(({ id }) => !known.some(({ value }) => value === id)).map(({ id, name }) => ({ value: id, label: name }));

  const submit = form.onSubmit(async ({ groups }) => {
    const before = own.map(({ id }) => id);
    const input = (groupId: string) => ({ input: { groupId, deviceIds: [device.id] } });
    let isDone = true;
    for (const id of groups) if (isDone && !before.includes(id)) isDone = (await put.run(input(id))) !== null;
    for (const id of before) if (isDone && !groups.includes(id)) isDone = (await take.run(input(id))) !== null;
    saved();
    if (isDone) close();
  });

  return (
    <FormDialog
      title={t`Groups of the device`}
      action={t`Save`}
      close={close}
      submit={submit}
      isDirty={form.isDirty()}
      running={put.running || take.running}
      problems={[...all.problems, ...put.problems, ...take.problems]}
    >
      <MultiSelect
        label={t`Static groups`}
        data={[...known, ...others]}
        limit={100}
        searchable
        data-autofocus
        {...form.getInputProps('groups')}
      />
      {byRule.length > 0 && (
        <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          <Trans>By their rules it is in {byRule.map(({ name }) => name).join(', ')} as well.</Trans>
        </Text>
      )}
    </FormDialog>
  );
}
