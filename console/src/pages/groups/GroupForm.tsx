import { useLingui } from '@lingui/react/macro';
import { Select, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useNavigate } from 'react-router';
import { paths } from '../../app/paths';
import { FormDialog } from '../../components/FormDialog';
import { pathsOf } from '../../components/group-paths';
import { SAVED } from '../../components/Unsaved';
import { EditGroupDocument, type ListedGroupFragment, MakeGroupDocument } from '../../generated/pages/groups/documents';
import { useFormCommand } from '../../live/use-form-command';
import { withAllBelow } from './tree';

interface Props {
  groups: readonly ListedGroupFragment[];
  /** The one that is renamed or moved; none: a new one. */
  edited?: ListedGroupFragment;
  /** The group that a new one is to be below. */
  below?: string;
  close: () => void;
  saved?: () => void;
}

const fieldOf = (path: string): string | null => ['name', 'parentId'].find((field) => field === path) ?? null;

/** A static group: its name and its place. */
export function GroupForm({ groups, edited, below, close, saved }: Props) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const form = useForm({ initialValues: { name: edited?.name ?? '', parentId: edited ? edited.parentId : (below ?? null) } });
  const make = useFormCommand(MakeGroupDocument, form, fieldOf);
  const edit = useFormCommand(EditGroupDocument, form, fieldOf);
  const impossible = edited ? withAllBelow(groups, edited.id) : new Set<string>();
  const places = pathsOf(groups.filter(({ id, kind }) => kind === 'STATIC' && !impossible.has(id)));

  const submit = form.onSubmit(async (values) => {
    if (edited) {
      // What was not changed here stays as others have made it.
      const { name, parentId } = values;
      const input = { groupId: edited.id, ...(form.isDirty('name') && { name }), ...(form.isDirty('parentId') && { parentId }) };
      if (!(await edit.run({ input }))) return;
      saved?.();
      return close();
    }
    const answer = await make.run({ input: values });
    const id = answer?.createGroup.group?.id;
    if (id === undefined) return;
    close();
    navigate(paths.group(id), SAVED);
  });

  return (
    <FormDialog
      title={edited ? t`Rename or move the group` : t`New group`}
      action={edited ? t`Save` : t`Create the group`}
      close={close}
      submit={submit}
      isDirty={form.isDirty()}
      running={make.running || edit.running}
      problems={[...make.problems, ...edit.problems]}
    >
      <TextInput label={t`Name`} description={t`Unique among all groups.`} withAsterisk data-autofocus {...form.getInputProps('name')} />
      <Select
        label={t`Below`}
        placeholder={t`no other group`}
        data={places.map(({ id, path }) => ({ value: id, label: path }))}
        limit={100}
        searchable
        clearable
        clearButtonProps={{ 'aria-label': t`Below no other group` }}
        {...form.getInputProps('parentId')}
      />
    </FormDialog>
  );
}
