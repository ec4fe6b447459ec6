import { formatter } from '@lingui/format-po';
import { LOCALES } from './src/i18n/locales';

/** A catalogue for the shell, and one for each page, which is loaded with it. What stands in the navigation belongs to the shell. */
export default {
  locales: [...LOCALES],
  sourceLocale: 'en',
  catalogs: [
    {
      path: '<rootDir>/src/pages/{name}/locales/{locale}',
      include: ['<rootDir>/src/pages/{name}'],
      exclude: ['**/page.ts'],
    },
    {
      path: '<rootDir>/src/locales/{locale}',
      include: [...['app', 'components', 'i18n', 'live'].map((folder) => `<rootDir>/src/${folder}`), '<rootDir>/src/pages/*/page.ts'],
    },
  ],
  // Nothing that changes when a line moves: catalogues of several people merge.
  format: formatter({ origins: false, lineNumbers: false }),
  orderBy: 'message' as const,
  runtimeConfigModule: { Trans: ['#trans', 'Trans'] as const },
};
