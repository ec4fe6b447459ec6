import { Trans, useLingui } from '@lingui/react/macro';
import { Fieldset, Group, NativeSelect, PasswordInput, Stack, TagsInput, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { TagFields } from '../../components/TagFields';
import { dialectOf, type Product, type Values } from './values';

interface Props {
  form: UseFormReturnType<Values>;
  products: readonly Product[];
}

/** What every device has, what its dialect asks for, and what may be known of it. */
export function RegisterFields({ form, products }: Props) {
  const { t } = useLingui();
  const dialect = dialectOf(form.values, products);
  const names = {
    LINK: t`Link SDK of Alibaba Cloud IoT (MQTT)`,
    IOTDA: t`device SDK of Huawei Cloud IoTDA (MQTT)`,
    LWM2M: t`LwM2M (CoAP)`,
  };
  const ofProduct = products.find(({ key }) => key === form.values.productKey)?.dialect;
  const chosen = products.some(({ key }) => key === form.values.productKey) ? '' : form.values.productKey;
  return (
    <>
      <NativeSelect
        label={t`Product`}
        withAsterisk
        data={[
          { value: '', label: t`choose one` },
          ...(chosen ? [{ value: chosen, label: chosen }] : []),
          ...products.map(({ key, name }) => ({ value: key, label: name === key ? key : `${name} (${key})` })),
        ]}
        {...form.getInputProps('productKey')}
      />
      <TextInput
        label={t`Name`}
        description={t`Unique within the product: 4 to 32 letters, digits and - _ @ . :`}
        withAsterisk
        autoComplete="off"
        data-autofocus
        {...form.getInputProps('deviceName')}
      />
      <NativeSelect
        label={t`What it speaks`}
        data={[
          { value: '', label: ofProduct ? t`as its product: ${names[ofProduct]}` : t`as its product` },
          ...Object.entries(names).map(([value, label]) => ({ value, label })),
        ]}
        {...form.getInputProps('dialect')}
      />
      {dialect === 'LWM2M' ? (
        <Lwm2m form={form} isPlain={products.some(({ key, plainCoap }) => key === form.values.productKey && plainCoap)} />
      ) : (
        <Secret form={form} />
      )}
      {dialect === 'IOTDA' && (
        <TagsInput
          label={t`Fingerprints of its client certificates`}
          description={t`SHA-256, 64 hex digits, up to two. A device with a certificate and no secret has no other way in.`}
          {...form.getInputProps('certificateFingerprints')}
        />
      )}
      <Fieldset legend={t`What else is known of it`}>
        <Stack>
          <Group grow align="start">
            <TextInput label={t`Province`} {...form.getInputProps('province')} />
            <TextInput label={t`City`} {...form.getInputProps('city')} />
          </Group>
          <TextInput
            label={t`Owner`}
            description={t`Whose app may confirm its updates: an id in your own system.`}
            {...form.getInputProps('owner')}
          />
          <TextInput
            label={t`Parent`}
            description={t`The device of the same product that speaks for it; for devices without a connection of their own.`}
            {...form.getInputProps('parent')}
          />
          <TagFields
            tags={form.values.tags}
            set={(tags) => form.setFieldValue('tags', tags)}
            errorAt={(path) => form.errors[path]}
            error={form.errors.tags}
          />
        </Stack>
      </Fieldset>
    </>
  );
}

function Secret({ form }: { form: Props['form'] }) {
  const { t } = useLingui();
  return (
    <PasswordInput
      label={t`Secret`}
      description={t`16 to 64 characters. Leave it empty and one is made, and shown once.`}
      autoComplete="new-password"
      visibilityToggleButtonProps={{ 'aria-label': t`Show the secret` }}
      {...form.getInputProps('secret')}
    />
  );
}

function Lwm2m({ form, isPlain }: { form: Props['form']; isPlain: boolean }) {
  const { t } = useLingui();
  return (
    <>
      <TextInput
        label={t`Endpoint name`}
        description={t`What it registers as, unique among all devices. Its name where it is empty.`}
        {...form.getInputProps('endpoint')}
      />
      <Group grow align="start">
        <TextInput label={t`PSK identity`} description={t`The endpoint name where it is empty.`} {...form.getInputProps('pskIdentity')} />
        <PasswordInput
          label={t`Pre-shared key`}
          description={
            isPlain ? (
              <Trans>Hex digits. Leave it empty and it has none: its product allows that.</Trans>
            ) : (
              <Trans>Hex digits. Leave it empty and one is made, and shown once.</Trans>
            )
          }
          autoComplete="new-password"
          visibilityToggleButtonProps={{ 'aria-label': t`Show the key` }}
          {...form.getInputProps('pskKey')}
        />
      </Group>
    </>
  );
}
