import { Trans, useLingui } from '@lingui/react/macro';
import { Button, Card, Group, Text, Textarea, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconPencil } from '@tabler/icons-react';
import { useState } from 'react';
import { Can } from '../../components/Can';
import { FormDialog } from '../../components/FormDialog';
import { EditPackageDocument, type ShownPackageFragment } from '../../generated/pages/packages/documents';
import { useFormCommand } from '../../live/use-form-command';

interface Props {
  shown: ShownPackageFragment;
  saved: () => void;
}

/** Release notes: for people, also for the owners of devices. */
export function Description({ shown, saved }: Props) {
  const [editing, setEditing] = useState(false);
  return (
    <Card withBorder>
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h4">
          <Trans>Description</Trans>
        </Title>
        <Can need="OPERATOR">
          {(control) => (
            <Button {...control} variant="subtle" size="xs" leftSection={<IconPencil size={14} />} onClick={() => setEditing(true)}>
              <Trans>Edit the description</Trans>
            </Button>
          )}
        </Can>
      </Group>
      {shown.description ? (
        <Text style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>{shown.description}</Text>
      ) : (
        <Text c="dimmed">
          <Trans>Nothing is written yet: say what is new, for whoever pushes it or is asked to agree to it.</Trans>
        </Text>
      )}
      {editing && <EditDescription shown={shown} saved={saved} close={() => setEditing(false)} />}
    </Card>
  );
}

function EditDescription({ shown, saved, close }: Props & { close: () => void }) {
  const { t } = useLingui();
  const form = useForm({ initialValues: { description: shown.description } });
  const command = useFormCommand(EditPackageDocument, form, (path) => (path === 'description' ? 'description' : null));
  const submit = form.onSubmit(async ({ description }) => {
    if (!(await command.run({ input: { packageId: shown.id, description } }))) return;
    saved();
    close();
  });
  return (
    <FormDialog {...command} isDirty={form.isDirty()} title={t`Edit the description`} action={t`Save`} close={close} submit={submit}>
      <Textarea
        label={t`Description`}
        description={t`Release notes, for people. The file and the version of a package never change.`}
        autosize
        minRows={3}
        data-autofocus
        {...form.getInputProps('description')}
      />
    </FormDialog>
  );
}
