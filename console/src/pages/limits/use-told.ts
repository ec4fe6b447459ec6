import { useLingui } from '@lingui/react/macro';
import { LANGUAGE_TAGS, type Locale } from '../../i18n/locales';
import { useFormats } from '../../i18n/use-formats';
import type { LimitValue } from './LimitsPage';
import type { Unit } from './sections';

const MINUTES = [
  ['day', 24 * 60],
  ['hour', 60],
  ['minute', 1],
] as const;

/** A limit as people say it: "1,000 MB", "7 days". */
export function useTold(): (value: LimitValue, unit: Unit) => string {
  const { i18n, t } = useLingui();
  const { count, bytes } = useFormats();
  const tag = LANGUAGE_TAGS[i18n.locale as Locale] ?? i18n.locale;
  /** In the largest unit that it is a whole number of. */
  const inUnit = (number: number, unit: string): string =>
    new Intl.NumberFormat(tag, { style: 'unit', unit, unitDisplay: 'long' }).format(number);
  const duration = (minutes: number): string => {
    const [unit, size] = MINUTES.find(([, each]) => minutes > 0 && minutes % each === 0) ?? (['minute', 1] as const);
    return inUnit(minutes / size, unit);
  };
  const listed = (texts: readonly string[]): string => new Intl.ListFormat(tag, { type: 'disjunction' }).format(texts);
  return (value, unit) => {
    if (value === null) return unit === 'days' ? t`for ever` : t`not limited`;
    const numbers = (Array.isArray(value) ? value : [value]).map(Number);
    const [number = 0] = numbers;
    switch (unit) {
      case 'bytes':
        return bytes(number);
      case 'days':
        return inUnit(number, 'day');
      case 'seconds':
        return inUnit(number, 'second');
      case 'hours':
        return duration(number * 60);
      case 'minutes':
        return duration(number);
      case 'hundredths':
        return count(number / 100);
      case 'counts':
        return listed(numbers.map(count));
      case 'intervals':
        return listed(numbers.map(duration));
      default:
        return count(number);
    }
  };
}
