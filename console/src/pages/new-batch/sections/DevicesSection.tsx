import { Trans, useLingui } from '@lingui/react/macro';
import { Checkbox, Radio, Stack } from '@mantine/core';
import type { ChosenPackageFragment } from '../../../generated/pages/new-batch/documents';
import { useFormats } from '../../../i18n/use-formats';
import { Section, type SectionProps } from '../form/parts';
import { ScopeFields } from './ScopeFields';
import { SourceVersions } from './SourceVersions';

export interface DevicesProps extends SectionProps {
  chosen: ChosenPackageFragment | null;
}

export function DevicesSection(props: DevicesProps) {
  const { form, limits } = props;
  const { t } = useLingui();
  const { count } = useFormats();
  const isDynamic = form.values.kind === 'DYNAMIC';
  const { targets, deviceFileRows, dynamicMatches, groupPackages } = limits;
  return (
    <Section number={2} title={<Trans>Devices</Trans>}>
      <Radio.Group label={t`Kind`} {...form.getInputProps('kind')}>
        <Stack gap="xs" mt="xs">
          <Radio value="STATIC" label={t`Static`} description={t`The devices that match when the batch is created, and no others.`} />
          <Radio
            value="DYNAMIC"
            label={t`Dynamic`}
            description={t`The devices that match now, and every device that matches later, until its policy is canceled. A package can have one dynamic batch by version and one by group. By version, a device is matched at most ${dynamicMatches} times. A group takes dynamic batches of at most ${groupPackages} packages.`}
          />
        </Stack>
      </Radio.Group>
      {isDynamic && (
        <Checkbox
          label={t`Only devices that report a version from now on`}
          description={t`Otherwise the devices that match already are upgraded as well.`}
          {...form.getInputProps('newlyReportedOnly', { type: 'checkbox' })}
        />
      )}
      <Radio.Group label={t`Scope`} {...form.getInputProps('scope')}>
        <Stack gap="xs" mt="xs">
          <Radio value="all" label={t`All devices`} description={t`Every device of the product.`} />
          <Radio value="names" label={t`Devices by name`} description={t`At most ${count(targets)}. Their versions do not matter.`} />
          <Radio
            value="list"
            label={t`A list in a file`}
            description={t`CSV with one device name in each row, at most ${count(deviceFileRows)} rows. Their versions do not matter.`}
          />
          <Radio value="region" label={t`A region`} description={t`The devices in one city.`} />
          <Radio
            value="share"
            label={t`A share of the devices`}
            description={
              isDynamic
                ? t`For static batches only.`
                : t`A percentage, chosen at random from the devices that match and are not busy. Rounded down, but at least one device.`
            }
            disabled={isDynamic}
          />
          <Radio value="group" label={t`A group`} description={t`The devices in a group and in those below it.`} />
        </Stack>
      </Radio.Group>
      <ScopeFields {...props} />
      <SourceVersions {...props} />
    </Section>
  );
}
