import { useLingui } from '@lingui/react';
import { useMemo } from 'react';
import { createFormats, type Formats } from './formats';
import { LANGUAGE_TAGS, type Locale } from './locales';

/** Numbers as the viewer's language writes them. */
export function useFormats(): Formats {
  const { i18n } = useLingui();
  return useMemo(() => createFormats(LANGUAGE_TAGS[i18n.locale as Locale] ?? i18n.locale), [i18n.locale]);
}
