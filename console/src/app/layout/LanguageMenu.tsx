import { useLingui } from '@lingui/react/macro';
import { NativeSelect } from '@mantine/core';
import { remember, switchTo } from '../../i18n/i18n';
import { LOCALE_NAMES, LOCALES, type Locale } from '../../i18n/locales';

/** Each language by its own name. */
export function LanguageMenu() {
  const { t, i18n } = useLingui();
  return (
    <NativeSelect
      size="xs"
      aria-label={t`Language`}
      value={i18n.locale}
      data={LOCALES.map((value) => ({ value, label: LOCALE_NAMES[value] }))}
      onChange={(event) => {
        const chosen = event.currentTarget.value as Locale;
        remember(chosen);
        void switchTo(chosen);
      }}
    />
  );
}
