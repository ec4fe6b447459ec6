import type { PageDefinition } from '../../app/page';

export const page: PageDefinition = {
  name: 'register',
  routes: [{ path: '/devices/new', load: () => import('./RegisterPage') }],
};
