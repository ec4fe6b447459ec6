import type { Plugin } from 'vite';
import { SECTIONS } from '../src/app/paths.ts';

/** Tells the server which addresses are the console's: it answers them, and no others, with the page. */
export function sections(): Plugin {
  return {
    name: 'updraft:sections',
    apply: 'build',
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: 'sections.json', source: JSON.stringify(SECTIONS) });
    },
  };
}
