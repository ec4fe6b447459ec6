// Before anything is drawn, so that a dark page does not begin white. Keep the key as in src/app/theme.ts.
(() => {
  let chosen = 'auto';
  try {
    chosen = localStorage.getItem('updraft.color-scheme') ?? 'auto';
  } catch {
    // Storage that is switched off: as the system has it.
  }
  const dark = chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light');
})();
