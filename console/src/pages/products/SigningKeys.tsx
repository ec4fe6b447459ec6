import { Trans, useLingui } from '@lingui/react/macro';
import { Button, Card, Group, Stack, Text, Textarea, TextInput, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { Can } from '../../components/Can';
import { CopyText } from '../../components/CopyText';
import { FormDialog } from '../../components/FormDialog';
import { Time } from '../../components/Time';
import { AddSigningKeyDocument, type ShownProductFragment } from '../../generated/pages/products/documents';
import { useFormCommand } from '../../live/use-form-command';

const ALGORITHMS = { ECDSA_P256: 'ECDSA P-256', ED25519: 'Ed25519', RSA_PSS: 'RSA-PSS' } as const;

interface Props {
  product: ShownProductFragment;
  added: () => void;
}

export function SigningKeys({ product, added }: Props) {
  const { t } = useLingui();
  const [adding, setAdding] = useState(false);
  return (
    <Card withBorder>
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h4">
          <Trans>Signing keys</Trans>
        </Title>
        <Can need="OPERATOR">
          {(control) => (
            <Button {...control} size="xs" variant="subtle" leftSection={<IconPlus size={14} />} onClick={() => setAdding(true)}>
              <Trans>Add a key</Trans>
            </Button>
          )}
        </Can>
      </Group>
      {product.signingKeys.length === 0 && (
        <Text c="dimmed">
          <Trans>None. With the public key of whoever builds the firmware, Updraft checks the signatures of packages.</Trans>
        </Text>
      )}
      <Stack gap="sm">
        {product.signingKeys.map((key) => (
          <div key={key.name} data-signing-key={key.name}>
            <Group gap="xs">
              <Text fw={600}>{key.name}</Text>
              <Text size="sm" c="dimmed">
                {ALGORITHMS[key.algorithm]} · <Time at={key.addedAt} />
              </Text>
            </Group>
            <CopyText value={key.fingerprint} label={t`fingerprint of ${key.name}`} />
          </div>
        ))}
      </Stack>
      {adding && <AddKey product={product} added={added} close={() => setAdding(false)} />}
    </Card>
  );
}

function AddKey({ product, added, close }: Props & { close: () => void }) {
  const { t } = useLingui();
  const form = useForm({ initialValues: { name: '', publicKeyPem: '' } });
  const command = useFormCommand(AddSigningKeyDocument, form, (path) => (path === 'name' || path === 'publicKeyPem' ? path : null));
  const submit = form.onSubmit(async (values) => {
    if (!(await command.run({ input: { productKey: product.key, ...values } }))) return;
    added();
    close();
  });
  return (
    <FormDialog {...command} isDirty={form.isDirty()} title={t`Add a signing key`} action={t`Add the key`} close={close} submit={submit}>
      <Text size="sm">
        <Trans>Packages signed with its private half are taken from then on. It cannot be changed afterwards.</Trans>
      </Text>
      <TextInput label={t`Name`} required data-autofocus {...form.getInputProps('name')} />
      <Textarea
        label={t`Public key`}
        description={t`PEM, beginning with “-----BEGIN PUBLIC KEY-----”. Never the private one.`}
        autosize
        minRows={5}
        required
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
        {...form.getInputProps('publicKeyPem')}
      />
    </FormDialog>
  );
}
