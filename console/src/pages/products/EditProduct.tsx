import { useLingui } from '@lingui/react/macro';
import { Switch, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { FormDialog } from '../../components/FormDialog';
import { EditProductDocument, type ShownProductFragment } from '../../generated/pages/products/documents';
import { useFormCommand } from '../../live/use-form-command';
import { DialectFields } from './DialectFields';
import { dialectInput, fieldOf, type ProductValues } from './settings';

interface Props {
  product: ShownProductFragment;
  close: () => void;
  saved: () => void;
}

export function EditProduct({ product, close, saved }: Props) {
  const { t } = useLingui();
  const form = useForm<ProductValues>({
    initialValues: {
      key: product.key,
      name: product.name,
      dialect: product.dialect,
      ackTimeoutSeconds: product.ackTimeoutSeconds,
      awakeSeconds: product.awakeSeconds,
      confirmByQuery: product.confirmByQuery,
      plainCoap: product.plainCoap,
      selfSignedUrls: product.selfSignedUrls,
      refuseConflictingBatches: product.refuseConflictingBatches,
    },
  });
  const command = useFormCommand(EditProductDocument, form, fieldOf);
  const submit = form.onSubmit(async (values) => {
    const { key, name, refuseConflictingBatches } = values;
    // Only what was changed: what somebody else has changed meanwhile stays.
    const given = Object.entries({ name, refuseConflictingBatches, ...dialectInput(values) });
    const changed = given.filter(([field]) => form.isDirty(field));
    if (!(await command.run({ input: { key, ...Object.fromEntries(changed) } }))) return;
    saved();
    close();
  });
  return (
    <FormDialog {...command} isDirty={form.isDirty()} title={t`Edit the product`} action={t`Save`} close={close} submit={submit}>
      <TextInput label={t`Name`} description={t`For people.`} required data-autofocus {...form.getInputProps('name')} />
      <DialectFields form={form} isNew={false} />
      <Switch
        label={t`Refuse batches that conflict`}
        description={t`A second batch of another package, for the same module and source version, is refused while the first is live.`}
        {...form.getInputProps('refuseConflictingBatches', { type: 'checkbox' })}
      />
    </FormDialog>
  );
}
