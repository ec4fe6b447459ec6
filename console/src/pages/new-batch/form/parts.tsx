import { useLingui } from '@lingui/react';
import { NumberInput, Paper, Stack, Title } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { type ReactNode, useMemo } from 'react';
import { LANGUAGE_TAGS, type Locale } from '../../../i18n/locales';
import type { Limits, Values } from './values';

export type Form = UseFormReturnType<Values>;

export interface SectionProps {
  form: Form;
  limits: Limits;
}

/** One step of the form. Its rules stand at its fields. */
export function Section({ number, title, children }: { number: number; title: ReactNode; children: ReactNode }) {
  return (
    <Paper component="section" withBorder p="md" aria-labelledby={`section-${number}`}>
      <Title order={2} size="h4" mb="sm" id={`section-${number}`}>
        {number}. {title}
      </Title>
      <Stack>{children}</Stack>
    </Paper>
  );
}

type NumberName = { [Name in keyof Values]: Values[Name] extends string | number ? Name : never }[keyof Values];

interface NumberFieldProps {
  form: Form;
  name: NumberName;
  label: string;
  description: string;
  decimals?: number;
  required?: boolean;
}

const GRAPHQL_INT = 2 ** 31 - 1;

/** Nothing typed is changed: what is outside of a limit is told by the API, at the field. */
export function NumberField({ form, name, label, description, decimals = 0, required = true }: NumberFieldProps) {
  return (
    <NumberInput
      label={label}
      description={description}
      withAsterisk={required}
      aria-required={required}
      allowDecimal={decimals > 0}
      decimalScale={decimals}
      clampBehavior="none"
      maw={360}
      isAllowed={({ floatValue }) => floatValue === undefined || Math.abs(floatValue) <= GRAPHQL_INT}
      {...form.getInputProps(name)}
    />
  );
}

const UNITS = [
  ['day', 24 * 60],
  ['hour', 60],
  ['minute', 1],
] as const;

/** "7 days", "1 hour": minutes in the largest unit that they are a whole number of. */
export function useDuration(): (minutes: number) => string {
  const { i18n } = useLingui();
  return useMemo(() => {
    const language = LANGUAGE_TAGS[i18n.locale as Locale] ?? i18n.locale;
    return (minutes) => {
      const [unit, size] = UNITS.find(([, each]) => minutes > 0 && minutes % each === 0) ?? (['minute', 1] as const);
      return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(minutes / size);
    };
  }, [i18n.locale]);
}
