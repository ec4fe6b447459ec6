import { useLingui } from '@lingui/react/macro';
import { Autocomplete, Select, Switch, TagsInput, Textarea, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { platform } from '../../../app/platform';
import { FieldVersionsDocument, PackageModulesDocument } from '../../../generated/pages/packages/documents';
import { useLoaded } from '../../../live/use-loaded';
import { productOptions } from '../use-products';
import type { NewPackage } from './values';

interface Props {
  form: UseFormReturnType<NewPackage>;
  products: readonly { key: string; name: string }[] | null;
  descriptionLength: number | null;
}

/** What a package is, with what the product has already to choose from. */
export function PackageFields({ form, products, descriptionLength }: Props) {
  const { t } = useLingui();
  const { productKey, kind, module } = form.values;
  const known = useLoaded(productKey === '' ? null : `package modules ${productKey}`, () =>
    platform.query(PackageModulesDocument, { productKey }),
  ).data;
  const versions = useLoaded(productKey === '' ? null : `field ${productKey} ${module || 'default'}`, () =>
    platform.query(FieldVersionsDocument, { productKey, module: module || null }),
  ).data?.moduleVersions?.edges.map(({ node }) => node.version);
  const differential = kind === 'DIFFERENTIAL';
  return (
    <>
      <Select
        label={t`Product`}
        data={productOptions(products)}
        searchable
        required
        allowDeselect={false}
        {...form.getInputProps('productKey')}
      />
      <Select
        label={t`Kind`}
        allowDeselect={false}
        data={[
          { value: 'FULL', label: t`full: the whole firmware` },
          { value: 'DIFFERENTIAL', label: t`differential: only what differs from certain versions` },
        ]}
        {...form.getInputProps('kind')}
      />
      <TextInput
        label={t`Name`}
        description={t`For people. 4 to 32 letters, digits and _, not beginning with _.`}
        required
        {...form.getInputProps('name')}
      />
      <Autocomplete
        label={t`Module`}
        placeholder="default"
        description={t`The part of the device that it is for; “default” where it is empty.`}
        data={(known?.product?.modules.edges ?? []).map(({ node }) => node.name)}
        {...form.getInputProps('module')}
      />
      <TextInput
        label={t`Version`}
        description={t`The version that a device has afterwards.`}
        required
        {...form.getInputProps('version')}
      />
      <TagsInput
        label={differential ? t`Versions it differs from` : t`Versions it upgrades from`}
        description={differential ? t`Only devices with these are upgraded.` : t`Any version where none is given.`}
        data={versions ?? []}
        required={differential}
        acceptValueOnBlur
        {...form.getInputProps('sourceVersions')}
      />
      <Select
        label={t`Devices check its files with`}
        allowDeselect={false}
        data={[
          { value: 'SHA256', label: 'SHA-256' },
          { value: 'MD5', label: t`MD5, for devices that know nothing better` },
        ]}
        {...form.getInputProps('digestAlgorithm')}
      />
      <Textarea
        label={t`Description`}
        description={
          descriptionLength === null ? t`Release notes, for people.` : t`Release notes, for people. Up to ${descriptionLength} characters.`
        }
        autosize
        minRows={2}
        {...form.getInputProps('description')}
      />
      <Textarea
        label={t`Text for devices`}
        description={t`Sent with each notification, as it is.`}
        autosize
        minRows={1}
        {...form.getInputProps('customInfo')}
      />
      <Switch
        label={t`It has to be verified on devices first`}
        description={t`Batches wait until a verification has ended.`}
        {...form.getInputProps('verificationRequired', { type: 'checkbox' })}
      />
    </>
  );
}
