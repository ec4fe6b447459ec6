import { Trans, useLingui } from '@lingui/react/macro';
import { NativeSelect, SimpleGrid, Switch } from '@mantine/core';
import { useFormats } from '../../../i18n/use-formats';
import { NumberField, Section, type SectionProps, useDuration } from '../form/parts';

export function FailureSection({ form, limits }: SectionProps) {
  const { t } = useLingui();
  const { count } = useFormats();
  const duration = useDuration();
  const { retry, halt } = form.values;
  const { haltDevicesMaximum } = limits;
  const [timeoutLeast, timeoutMost] = [limits.timeoutMinimum, limits.timeoutMaximum];
  return (
    <Section number={4} title={<Trans>Failures</Trans>}>
      <Switch
        label={t`Try again`}
        description={t`When a device reports a failure. Time-outs and cancelations are not retried.`}
        {...form.getInputProps('retry', { type: 'checkbox' })}
      />
      {retry && (
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          <NativeSelect
            label={t`Wait before each retry`}
            description={t`Shorter than the time-out, if there is one.`}
            data={limits.retryIntervalMinutes.map((minutes) => ({
              value: String(minutes),
              label: minutes === 0 ? t`none` : duration(minutes),
            }))}
            {...form.getInputProps('intervalMinutes')}
          />
          <NativeSelect
            label={t`Retries`}
            description={t`After the first attempt.`}
            data={limits.retryCounts.map(String)}
            {...form.getInputProps('maxRetries')}
          />
        </SimpleGrid>
      )}
      <NumberField
        form={form}
        name="timeoutMinutes"
        required={false}
        label={t`Time-out in minutes`}
        description={t`${count(timeoutLeast)} to ${count(timeoutMost)}, counted from the first progress a device reports, even if it reconnects. When empty, there is no limit.`}
      />
      <Switch
        label={t`Halt when too many devices fail`}
        description={t`No further device is notified until somebody resumes the batch.`}
        {...form.getInputProps('halt', { type: 'checkbox' })}
      />
      {halt && (
        <SimpleGrid cols={1}>
          <NumberField
            form={form}
            name="failedPercent"
            required={false}
            label={t`Percent failed`}
            description={t`1 to 100, of the devices that have succeeded or failed.`}
          />
          <NumberField
            form={form}
            name="failedCount"
            required={false}
            label={t`Devices failed`}
            description={t`1 to ${count(haltDevicesMaximum)}. Whichever of the two is reached first halts it.`}
          />
          <NumberField
            form={form}
            name="minimumJudged"
            label={t`Minimum outcomes`}
            description={t`The batch does not halt before this many devices have succeeded or failed.`}
          />
        </SimpleGrid>
      )}
    </Section>
  );
}
