import { useLingui } from '@lingui/react/macro';
import { TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { FormDialog } from '../../components/FormDialog';
import { EditKeyDocument, type ShownKeyFragment } from '../../generated/pages/access/documents';
import { useFormCommand } from '../../live/use-form-command';
import { fieldOf, KeyFields, type KeyValues } from './KeyFields';
import { fromLocalField, toLocalField } from './key-values';

interface Props {
  edited: ShownKeyFragment;
  close: () => void;
  saved: () => void;
}

/** Another name, other products, another end. Its role is for good. */
export function EditKey({ edited, close, saved }: Props) {
  const { t } = useLingui();
  const form = useForm<KeyValues>({
    initialValues: {
      name: edited.name,
      role: edited.role,
      products: [...(edited.products ?? [])],
      expiresAt: toLocalField(edited.expiresAt),
    },
  });
  const command = useFormCommand(EditKeyDocument, form, fieldOf);
  const submit = form.onSubmit(async ({ name, products, expiresAt }) => {
    // A field that is not given stays; null takes the limit away.
    const input = {
      id: edited.id,
      ...(form.isDirty('name') && { name }),
      ...(form.isDirty('products') && { products: products.length > 0 ? products : null }),
      ...(form.isDirty('expiresAt') && { expiresAt: fromLocalField(expiresAt) }),
    };
    if (!(await command.run({ input }))) return;
    saved();
    close();
  });
  return (
    <FormDialog {...command} isDirty={form.isDirty()} title={t`Edit the key`} action={t`Save`} close={close} submit={submit}>
      <TextInput label={t`Name`} required data-autofocus {...form.getInputProps('name')} />
      <KeyFields form={form} />
    </FormDialog>
  );
}
