import { Trans, useLingui } from '@lingui/react/macro';
import { Radio, SimpleGrid, Stack, Switch } from '@mantine/core';
import { useFormats } from '../../../i18n/use-formats';
import { NumberField, Section, type SectionProps } from '../form/parts';

export function ConsentSection({ form, limits }: SectionProps) {
  const { t } = useLingui();
  const { count } = useFormats();
  const { deferrals, deferralHours, runningModules } = limits;
  return (
    <Section number={5} title={<Trans>Confirmation and other updates</Trans>}>
      <Switch
        label={t`Ask for confirmation`}
        description={t`Each device waits until its owner confirms in an app, or an operator does here. It cannot get the update before.`}
        {...form.getInputProps('confirmation', { type: 'checkbox' })}
      />
      {form.values.confirmation && (
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          <NumberField
            form={form}
            name="maxTimes"
            label={t`Deferrals allowed`}
            description={t`0 to ${count(deferrals)} for each device.`}
          />
          <NumberField
            form={form}
            name="maxHours"
            label={t`Longest deferral in hours`}
            description={t`1 to ${count(deferralHours)}, never beyond a scheduled end.`}
          />
        </SimpleGrid>
      )}
      <Radio.Group label={t`Devices that have another update`} {...form.getInputProps('others')}>
        <Stack gap="xs" mt="xs">
          <Radio value="keep" label={t`Keep the earlier one`} description={t`Devices with an unfinished update are skipped.`} />
          <Radio
            value="override"
            label={t`Override the earlier one`}
            description={t`What has not begun is canceled, and this one takes its place. An update in progress is never overridden.`}
          />
          <Radio
            value="beside"
            label={t`Update several modules at once`}
            description={t`At most ${runningModules} modules of a device at once, if all their batches allow it. An earlier update of the same module gives way if it has not begun. A product cannot have batches that override at the same time.`}
          />
        </Stack>
      </Radio.Group>
    </Section>
  );
}
