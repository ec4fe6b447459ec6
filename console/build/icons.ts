import type { Plugin } from 'vite';

const IMPORT = /import \{([^}]*)\} from '@tabler\/icons-react';/g;

/** Icons one by one instead of by way of the list of all 6,000, which takes longer to read than all else. */
export function icons(): Plugin {
  return {
    name: 'updraft:icons',
    apply: 'build',
    enforce: 'pre',
    transform(code, id) {
      if (id.includes('/node_modules/') || !code.includes('@tabler/icons-react')) return null;
      const each = code.replace(IMPORT, (_all, names: string) =>
        names
          .split(',')
          .map((name) => name.trim())
          .filter((name) => name && !name.startsWith('type '))
          .map((name) => `import ${name} from '@tabler/icons-react/icons/${name}';`)
          .join(''),
      );
      return { code: each, map: null };
    },
  };
}
