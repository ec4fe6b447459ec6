import type { PageDefinition } from '../../app/page';

export const page: PageDefinition = {
  name: 'imports',
  routes: [
    { path: '/devices/imports', load: () => import('./ImportsPage') },
    { path: '/devices/imports/new', load: () => import('./NewImportPage') },
    { path: '/devices/imports/:importId', load: () => import('./ImportPage') },
  ],
};
