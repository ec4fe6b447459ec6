import { type CSSVariablesResolver, createTheme, Loader, localStorageColorSchemeManager, Modal } from '@mantine/core';

/** `public/assets/unhashed/color-scheme.js` reads the same key before anything is drawn. */
export const colorSchemes = localStorageColorSchemeManager({ key: 'updraft.color-scheme' });

export const theme = createTheme({
  primaryColor: 'indigo',
  // White text on these, and these on the page, have a contrast of 4.5 and more.
  primaryShade: { light: 7, dark: 7 },
  autoContrast: true,
  luminanceThreshold: 0.18,
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  fontFamily:
    'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "PingFang SC", "Microsoft YaHei", "Noto Sans SC", "Noto Sans CJK SC", sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace',
  headings: { fontWeight: '650' },
  components: {
    // So that its name is read: a bare element has none.
    Loader: Loader.extend({ defaultProps: { role: 'img' } }),
    // Its title bar is a `header`, which by itself would be a second banner of the page. The scroll bar stays: the page behind keeps its place.
    Modal: Modal.extend({ defaultProps: { attributes: { header: { role: 'none' } }, removeScrollProps: { removeScrollBar: false } } }),
  },
});

/** Mantine's own greys, reds and greens are too faint for WCAG AA. */
export const cssVariables: CSSVariablesResolver = (given) => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': given.colors.gray[7],
    '--mantine-color-placeholder': given.colors.gray[7],
    '--mantine-color-error': given.colors.red[9],
    '--mantine-color-anchor': given.colors.indigo[8],
    // Titles of what went well; no green of the palette is dark enough on its own light shade.
    '--mantine-color-green-light-color': '#1e6b30',
  },
  dark: {
    '--mantine-color-dimmed': given.colors.dark[1],
    '--mantine-color-placeholder': given.colors.dark[2],
    '--mantine-color-error': given.colors.red[4],
    '--mantine-color-anchor': given.colors.indigo[3],
  },
});
