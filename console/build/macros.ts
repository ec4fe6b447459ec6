import { resolve } from 'node:path';
import { transformAsync } from '@babel/core';
import linguiMacro from '@lingui/babel-plugin-lingui-macro';
import { getConfig } from '@lingui/conf';
import type { Plugin } from 'vite';

/** Turns the macros of Lingui (`t`, `<Trans>`, `msg`, `<Plural>`) into messages with ids; all else of a file is left to Vite. */
export function macros(): Plugin {
  const linguiConfig = getConfig({ cwd: resolve(import.meta.dirname, '..') });
  return {
    name: 'updraft:macros',
    enforce: 'pre',
    async transform(code, id) {
      const [path = ''] = id.split('?');
      if (!/\.tsx?$/.test(path) || path.includes('/node_modules/') || !code.includes('@lingui/')) return null;
      const result = await transformAsync(code, {
        filename: path,
        babelrc: false,
        configFile: false,
        sourceMaps: true,
        parserOpts: { plugins: ['jsx', 'typescript'] },
        plugins: [[linguiMacro, { linguiConfig }]],
      });
      return result?.code ? { code: result.code, map: result.map } : null;
    },
  };
}
