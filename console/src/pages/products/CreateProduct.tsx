import { useLingui } from '@lingui/react/macro';
import { Select, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useNavigate } from 'react-router';
import { paths } from '../../app/paths';
import { FormDialog } from '../../components/FormDialog';
import { SAVED } from '../../components/Unsaved';
import { MakeProductDocument } from '../../generated/pages/products/documents';
import { useFormCommand } from '../../live/use-form-command';
import { DialectFields } from './DialectFields';
import { DIALECT_NAMES, DIALECTS } from './dialects';
import { dialectInput, fieldOf, NEW_PRODUCT } from './settings';

export function CreateProduct({ close }: { close: () => void }) {
  const { t, i18n } = useLingui();
  const navigate = useNavigate();
  const form = useForm({ initialValues: NEW_PRODUCT });
  const command = useFormCommand(MakeProductDocument, form, fieldOf);
  const submit = form.onSubmit(async (values) => {
    const { key, name, dialect, selfSignedUrls } = values;
    const input = {
      key: key || null,
      name,
      dialect,
      ...dialectInput(values),
      ...(dialect === 'IOTDA' && { selfSignedUrls }),
    };
    const made = (await command.run({ input }))?.createProduct.product;
    if (made) navigate(paths.product(made.key), SAVED);
  });
  return (
    <FormDialog {...command} isDirty={form.isDirty()} title={t`New product`} action={t`Create the product`} close={close} submit={submit}>
      <TextInput label={t`Name`} description={t`For people.`} required data-autofocus {...form.getInputProps('name')} />
      <TextInput
        label={t`Product key`}
        description={t`Devices are named with it, for good. 4 to 32 letters and digits; made up where it is empty.`}
        {...form.getInputProps('key')}
      />
      <Select
        label={t`What its devices speak`}
        allowDeselect={false}
        data={DIALECTS.map((value) => ({ value, label: i18n._(DIALECT_NAMES[value]) }))}
        {...form.getInputProps('dialect')}
      />
      <DialectFields form={form} isNew />
    </FormDialog>
  );
}
