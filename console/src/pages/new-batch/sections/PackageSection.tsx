import { Trans, useLingui } from '@lingui/react/macro';
import { Alert, Anchor, Select, Text, TextInput } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { Link } from 'react-router';
import { paths } from '../../../app/paths';
import type { ChosenPackageFragment } from '../../../generated/pages/new-batch/documents';
import { useFormats } from '../../../i18n/use-formats';
import { Section, type SectionProps } from '../form/parts';

interface Props extends SectionProps {
  packages: readonly ChosenPackageFragment[];
  chosen: ChosenPackageFragment | null;
}

/** By product, the latest first. */
function grouped(packages: readonly ChosenPackageFragment[]) {
  const groups = new Map<string, { value: string; label: string }[]>();
  for (const { id, name, module, version, productKey } of packages) {
    const items = groups.get(productKey) ?? [];
    items.push({ value: id, label: `${name} · ${module} → ${version}` });
    groups.set(productKey, items);
  }
  return [...groups].map(([group, items]) => ({ group, items }));
}

export function PackageSection({ form, packages, chosen }: Props) {
  const { t } = useLingui();
  const { value, onChange, ...field } = form.getInputProps('packageId');
  return (
    <Section number={1} title={<Trans>Package</Trans>}>
      <Select
        label={t`Package`}
        description={t`A package is for the devices of one product, and brings one module to a version.`}
        placeholder={t`Name, module or version`}
        data={grouped(packages)}
        searchable
        limit={100}
        nothingFoundMessage={<Trans>No package matches.</Trans>}
        withAsterisk
        data-autofocus
        {...field}
        value={value || null}
        onChange={(id) => onChange(id ?? '')}
      />
      {chosen && <Facts chosen={chosen} />}
      <TextInput
        label={t`Name of the batch`}
        description={t`For people. When empty, it is made from the name of the package.`}
        autoComplete="off"
        {...form.getInputProps('name')}
      />
    </Section>
  );
}

function Facts({ chosen }: { chosen: ChosenPackageFragment }) {
  const { bytes } = useFormats();
  const { productKey, kind, sourceVersions, files, verification } = chosen;
  const size = bytes(files.reduce((sum, file) => sum + Number(file.size), 0));
  const versions = sourceVersions.join(', ');
  return (
    <>
      <Text size="sm">
        {kind === 'DIFFERENTIAL' ? (
          <Trans>
            A differential package of {size} for the product {productKey}.
          </Trans>
        ) : (
          <Trans>
            A full package of {size} for the product {productKey}.
          </Trans>
        )}{' '}
        {versions ? (
          <Trans>It upgrades from {versions}, and passes over devices with other versions.</Trans>
        ) : (
          <Trans>It upgrades from any version.</Trans>
        )}
      </Text>
      {verification.required && verification.state !== 'VERIFIED' && (
        <Alert color="orange" icon={<IconAlertTriangle />} title={<Trans>It has to be verified first</Trans>}>
          <Trans>Try it on a few devices before it is pushed to many.</Trans>{' '}
          <Anchor component={Link} to={paths.package(chosen.id)} inherit underline="always">
            <Trans>Verify the package</Trans>
          </Anchor>
        </Alert>
      )}
    </>
  );
}
