import { Trans, useLingui } from '@lingui/react/macro';
import { Alert, Button, Select, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { ROLE_NAMES } from '../../app/session/may';
import { FormDialog } from '../../components/FormDialog';
import { SecretDialog } from '../../components/SecretDialog';
import { MakeKeyDocument } from '../../generated/pages/access/documents';
import { useFormCommand } from '../../live/use-form-command';
import { fieldOf, KeyFields, type KeyValues } from './KeyFields';
import { fromLocalField } from './key-values';

const ROLES = ['VIEWER', 'OPERATOR', 'ADMINISTRATOR', 'ISSUER'] as const;

/** The key itself is shown once, here; it is kept nowhere. */
export function CreateKey({ close, created }: { close: () => void; created: () => void }) {
  const { t, i18n } = useLingui();
  const [made, setMade] = useState<string | null>(null);
  const form = useForm<KeyValues>({ initialValues: { name: '', role: 'VIEWER', products: [], expiresAt: '' } });
  const command = useFormCommand(MakeKeyDocument, form, fieldOf);
  const submit = form.onSubmit(async ({ name, role, products, expiresAt }) => {
    const input = { name, role, products: products.length > 0 ? products : null, expiresAt: fromLocalField(expiresAt) };
    const answer = await command.run({ input });
    if (!answer) return;
    created();
    setMade(answer.createApiKey.key);
  });
  const descriptions: Record<(typeof ROLES)[number], string> = {
    VIEWER: t`Reads, and changes nothing.`,
    OPERATOR: t`Uploads packages, pushes them, manages devices.`,
    ADMINISTRATOR: t`Everything, also keys, people and the audit trail.`,
    ISSUER: t`Issues tokens to the apps of owners, and nothing else.`,
  };
  if (made !== null)
    return (
      <SecretDialog
        title={t`The new key`}
        secrets={[[t`API key`, made]]}
        close={close}
        buttons={
          <Button onClick={close}>
            <Trans>I have copied it</Trans>
          </Button>
        }
      >
        <Alert variant="default" role="alert">
          <Trans>Copy it now: it is shown only this once, and Updraft does not keep it.</Trans>
        </Alert>
      </SecretDialog>
    );
  return (
    <FormDialog {...command} isDirty={form.isDirty()} title={t`New API key`} action={t`Create the key`} close={close} submit={submit}>
      <TextInput
        label={t`Name`}
        description={t`Who or what uses it; it stands in the audit trail.`}
        required
        data-autofocus
        {...form.getInputProps('name')}
      />
      <Select
        label={t`Role`}
        description={descriptions[form.values.role as (typeof ROLES)[number]]}
        allowDeselect={false}
        data={ROLES.map((value) => ({ value, label: i18n._(ROLE_NAMES[value]) }))}
        {...form.getInputProps('role')}
      />
      <KeyFields form={form} />
    </FormDialog>
  );
}
