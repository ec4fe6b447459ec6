import type { PageDefinition } from '../../app/page';

export const page: PageDefinition = {
  name: 'task',
  routes: [{ path: '/tasks/:taskId', load: () => import('./TaskPage') }],
};
