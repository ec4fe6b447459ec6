import { Trans, useLingui } from '@lingui/react/macro';
import { Button, Fieldset, Group, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { FormDialog } from '../../../components/FormDialog';
import { EditIdentityDocument } from '../../../generated/pages/device/documents';
import { useFormCommand } from '../../../live/use-form-command';
import type { EditProps } from './EditDevice';

const fieldOf = (path: string): string | null => {
  const psk = path.match(/psks\[(\d+)\]\.(identity|key)$/);
  if (psk) return `psks.${psk[1]}.${psk[2]}`;
  return path.endsWith('endpoint') ? 'endpoint' : null;
};

/** What an LwM2M device is known by. Two keys are how a device goes over from one to the next without a gap. */
export function EditIdentity({ device, close, saved }: EditProps) {
  const { t } = useLingui();
  const { endpoint = '', pskIdentities = [] } = device.lwm2m ?? {};
  const form = useForm({ initialValues: { endpoint, psks: pskIdentities.map((identity) => ({ identity, key: '' })) } });
  const command = useFormCommand(EditIdentityDocument, form, fieldOf);
  const submit = form.onSubmit(async (values) => {
    const psks = values.psks.map(({ identity, key }) => ({ identity, ...(key && { key }) }));
    const input = {
      deviceId: device.id,
      ...(values.endpoint !== endpoint && { endpoint: values.endpoint }),
      ...(form.isDirty('psks') && { psks }),
    };
    if (!(await command.run({ input: { devices: [input] } }))) return;
    saved();
    close();
  });
  const { psks } = form.values;
  return (
    <FormDialog {...command} isDirty={form.isDirty()} title={t`Identity of the device`} action={t`Save`} close={close} submit={submit}>
      <TextInput label={t`Endpoint name`} data-autofocus {...form.getInputProps('endpoint')} />
      <Fieldset legend={t`Pre-shared keys`} variant="unstyled">
        <Stack gap="sm">
          {psks.map((_psk, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a row is what stands at its place.
            <Group key={index} align="start" gap="xs">
              <TextInput flex={1} miw={160} label={t`Identity ${index + 1}`} {...form.getInputProps(`psks.${index}.identity`)} />
              <PasswordInput
                flex={1}
                miw={160}
                label={t`Key ${index + 1} (hex)`}
                placeholder={pskIdentities.includes(psks[index]?.identity ?? '') ? t`unchanged` : ''}
                autoComplete="new-password"
                visibilityToggleButtonProps={{ 'aria-label': t`Show the key` }}
                {...form.getInputProps(`psks.${index}.key`)}
              />
              <Button
                mt={24}
                variant="default"
                aria-label={t`Take key ${index + 1} away`}
                onClick={() => form.removeListItem('psks', index)}
              >
                <IconTrash size={16} />
              </Button>
            </Group>
          ))}
          {psks.length < 2 && (
            <Group>
              <Button
                size="xs"
                variant="default"
                leftSection={<IconPlus size={14} />}
                onClick={() => form.insertListItem('psks', { identity: '', key: '' })}
              >
                <Trans>Add a key</Trans>
              </Button>
            </Group>
          )}
          <Text size="sm" c="dimmed">
            <Trans>Keys are shown nowhere: an empty one stays as it is. What a key that is taken away has let in ends with it.</Trans>
          </Text>
        </Stack>
      </Fieldset>
    </FormDialog>
  );
}
