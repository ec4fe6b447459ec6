import { useLingui } from '@lingui/react/macro';
import { Tooltip } from '@mantine/core';
import { LANGUAGE_TAGS, type Locale } from '../i18n/locales';
import { useNow } from './clock';
import { elapsed } from './elapsed';

interface Props {
  at: string | Date;
  /** `relative`: how long ago, or how long from now, kept true. */
  relative?: boolean;
  precision?: 'second' | 'minute' | 'day';
  /** In a row of a long list: with the browser's own hint, which costs nothing. */
  plain?: boolean;
}

const PARTS: Record<NonNullable<Props['precision']>, Intl.DateTimeFormatOptions> = {
  day: { dateStyle: 'medium' },
  minute: { dateStyle: 'medium', timeStyle: 'short' },
  second: { dateStyle: 'medium', timeStyle: 'medium' },
};

const isToday = (at: Date): boolean => at.toDateString() === new Date().toDateString();

/** A moment in the viewer's zone; UTC on hover. A day that is today is left out. */
export function Time({ at, relative = false, precision = 'minute', plain = false }: Props) {
  const { i18n } = useLingui();
  const date = typeof at === 'string' ? new Date(at) : at;
  const tag = LANGUAGE_TAGS[i18n.locale as Locale] ?? i18n.locale;
  const now = useNow(relative);
  const { dateStyle, timeStyle } = PARTS[precision];
  const options = timeStyle && isToday(date) ? { timeStyle } : { dateStyle, timeStyle };
  const text = relative ? elapsed(date, now, tag) : new Intl.DateTimeFormat(tag, options).format(date);
  const utc = `${date.toISOString().replace('T', ' ').slice(0, 19)} UTC`;
  if (plain)
    return (
      <time dateTime={date.toISOString()} title={utc}>
        {text}
      </time>
    );
  return (
    <Tooltip label={utc} events={{ hover: true, focus: true, touch: true }}>
      <time dateTime={date.toISOString()}>{text}</time>
    </Tooltip>
  );
}
