import { Trans, useLingui } from '@lingui/react/macro';
import { NumberInput, Select, Text } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import type { ShownBatch } from '../use-batch';
import type { Values } from './values';

export type Form = UseFormReturnType<Values>;
const GRAPHQL_INT = 2 ** 31 - 1;

/** Nothing typed is changed: what is outside of a limit is told by the API, at the field. */
export const WHOLE = {
  allowDecimal: false,
  clampBehavior: 'none',
  isAllowed: ({ floatValue }: { floatValue: number | undefined }) => floatValue === undefined || Math.abs(floatValue) <= GRAPHQL_INT,
} as const;

/** A constant rate stays constant, a variable one variable. */
export function RateFields({ form, rate }: { form: Form; rate: ShownBatch['policy']['pushRate'] }) {
  const { t } = useLingui();
  if (!rate)
    return (
      <Text>
        <Trans>This batch is not pushed: there is no rate to change.</Trans>
      </Text>
    );
  if (!rate.variable)
    return (
      <NumberInput
        label={t`Devices a minute`}
        description={t`Holds from the next notification on.`}
        required
        {...WHOLE}
        {...form.getInputProps('perMinute')}
      />
    );
  return (
    <>
      <NumberInput label={t`Devices a minute at first`} required {...WHOLE} {...form.getInputProps('base')} />
      <NumberInput label={t`Factor of each increase`} decimalScale={2} required {...form.getInputProps('factor')} />
      <NumberInput label={t`Devices a minute at most`} required {...WHOLE} {...form.getInputProps('maximum')} />
      <Select
        label={t`It grows with devices that`}
        allowDeselect={false}
        data={[
          { value: 'NOTIFIED', label: t`were notified` },
          { value: 'SUCCEEDED', label: t`succeeded` },
        ]}
        {...form.getInputProps('threshold')}
      />
      <NumberInput label={t`How many of them for each increase`} required {...WHOLE} {...form.getInputProps('thresholdCount')} />
    </>
  );
}
