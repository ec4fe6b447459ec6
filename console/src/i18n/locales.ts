export const LOCALES = ['en', 'zh'] as const;
export type Locale = (typeof LOCALES)[number];

/** In their own language, as a list of languages has them. */
export const LOCALE_NAMES: Record<Locale, string> = { en: 'English', zh: '简体中文' };

/** For `<html lang>` and `Intl`. */
export const LANGUAGE_TAGS: Record<Locale, string> = { en: 'en', zh: 'zh-Hans' };

export const isLocale = (value: unknown): value is Locale => LOCALES.includes(value as Locale);

/** What somebody has chosen, else the first of the browser's languages that there is, else English. */
export function localeOf(chosen: string | null, languages: readonly string[]): Locale {
  if (isLocale(chosen)) return chosen;
  return languages.map((language) => language.toLowerCase().split('-')[0]).find(isLocale) ?? 'en';
}
