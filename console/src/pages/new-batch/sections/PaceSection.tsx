import { Trans, useLingui } from '@lingui/react/macro';
import { Group, Radio, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { useFormats } from '../../../i18n/use-formats';
import { NumberField, Section, type SectionProps, useDuration } from '../form/parts';

const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

const utcOf = (local: string): string => {
  const at = new Date(local);
  return Number.isNaN(at.getTime()) ? '' : `${at.toISOString().replace('T', ' ').slice(0, 16)} UTC`;
};

export function PaceSection(props: SectionProps) {
  return (
    <Section number={3} title={<Trans>Start and rate</Trans>}>
      <Start {...props} />
      <Rate {...props} />
    </Section>
  );
}

function Start({ form, limits }: SectionProps) {
  const { t } = useLingui();
  const duration = useDuration();
  const isDynamic = form.values.kind === 'DYNAMIC';
  const { startAt, endAt } = form.values;
  const [startLeast, startMost] = [duration(limits.scheduleStartMinimum), duration(limits.scheduleStartMaximum)];
  const [endLeast, endMost] = [duration(limits.scheduleEndMinimum), duration(limits.scheduleEndMaximum)];
  const { value, ...field } = form.getInputProps('start');
  const zone = ZONE;
  const [startUtc, endUtc] = [utcOf(startAt), utcOf(endAt)];
  return (
    <>
      <Radio.Group label={t`Start`} {...field} value={isDynamic ? 'now' : value}>
        <Stack gap="xs" mt="xs">
          <Radio value="now" label={t`At once`} />
          <Radio
            value="scheduled"
            label={t`At a time`}
            disabled={isDynamic}
            description={isDynamic ? t`For static batches only.` : t`${startLeast} to ${startMost} from now. Nothing is pushed before.`}
          />
        </Stack>
      </Radio.Group>
      {!isDynamic && value === 'scheduled' && (
        <Group align="start" grow preventGrowOverflow={false}>
          <TextInput
            type="datetime-local"
            label={t`Start at`}
            description={startUtc ? `${zone} · ${startUtc}` : zone}
            withAsterisk
            {...form.getInputProps('startAt')}
          />
          <TextInput
            type="datetime-local"
            label={t`End at`}
            description={
              endUtc
                ? `${zone} · ${endUtc}`
                : t`${endLeast} to ${endMost} after the start. Devices that have not finished by then are canceled. When empty, there is no end.`
            }
            {...form.getInputProps('endAt')}
          />
        </Group>
      )}
    </>
  );
}

function Rate({ form, limits }: SectionProps) {
  const { t } = useLingui();
  const { count } = useFormats();
  const { rateMinimum, rateMaximum, rateBaseMinimum, rateThresholdMaximum } = limits;
  const [factorLeast, factorMost] = [(limits.rateFactorMinimum / 100).toFixed(2), (limits.rateFactorMaximum / 100).toFixed(2)];
  return (
    <>
      <Radio.Group
        label={t`Push rate`}
        description={t`How many devices are notified each minute. Devices that are off-line are notified when they connect.`}
        {...form.getInputProps('rate')}
      >
        <Stack gap="xs" mt="xs">
          <Radio
            value="constant"
            label={t`Constant`}
            description={t`The same rate from the first device to the last. Good for an urgent fix.`}
          />
          <Radio
            value="variable"
            label={t`Growing`}
            description={t`Slow at first, then faster as more devices are done. Good for a new feature.`}
          />
          <Radio value="none" label={t`Not pushed`} description={t`Devices must ask for the update themselves, so there is no rate.`} />
        </Stack>
      </Radio.Group>
      {form.values.rate === 'constant' && (
        <NumberField
          form={form}
          name="perMinute"
          label={t`Devices a minute`}
          description={t`${count(rateMinimum)} to ${count(rateMaximum)}.`}
        />
      )}
      {form.values.rate === 'variable' && (
        <>
          <SimpleGrid cols={{ base: 1, xs: 2 }}>
            <NumberField
              form={form}
              name="base"
              label={t`Devices a minute at first`}
              description={t`${count(rateBaseMinimum)} to ${count(rateMaximum)}, and not above the maximum.`}
            />
            <NumberField
              form={form}
              name="maximum"
              label={t`Devices a minute at most`}
              description={t`${count(rateMinimum)} to ${count(rateMaximum)}.`}
            />
            <NumberField
              form={form}
              name="factor"
              decimals={2}
              label={t`Factor`}
              description={t`${factorLeast} to ${factorMost}, for each step.`}
            />
            <NumberField
              form={form}
              name="thresholdCount"
              label={t`Devices for each step`}
              description={t`1 to ${count(rateThresholdMaximum)}.`}
            />
          </SimpleGrid>
          <Radio.Group label={t`Devices that count`} {...form.getInputProps('threshold')}>
            <Stack gap="xs" mt="xs">
              <Radio value="SUCCEEDED" label={t`Succeeded`} description={t`Failed devices do not raise the rate.`} />
              <Radio value="NOTIFIED" label={t`Notified`} description={t`The rate grows whether or not they succeed.`} />
            </Stack>
          </Radio.Group>
          <Steps {...form.values} />
        </>
      )}
    </>
  );
}

const MOST_STEPS = 8;

/** "10 → 20 → 40 → … → 1,000": what the numbers mean, as they are typed. */
function Steps({ base, factor, maximum, thresholdCount }: SectionProps['form']['values']) {
  const { i18n } = useLingui();
  if (![base, factor, maximum, thresholdCount].every((each) => typeof each === 'number' && each > 0)) return null;
  const [from, by, most] = [base as number, factor as number, maximum as number];
  if (by <= 1 || from > most) return null;
  const format = (value: number): string => i18n.number(Math.floor(value));
  const rates: string[] = [];
  let rate = from;
  while (rate < most && rates.length < MOST_STEPS) {
    rates.push(format(rate));
    rate *= by;
  }
  if (rate < most) rates.push('…');
  const steps = [...rates, format(most)].join(' → ');
  const each = format(thresholdCount as number);
  return (
    <Text size="sm" c="dimmed">
      <Trans>
        Devices a minute, one step after every {each} devices: {steps}
      </Trans>
    </Text>
  );
}
