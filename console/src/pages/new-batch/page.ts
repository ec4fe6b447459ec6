import type { PageDefinition } from '../../app/page';

export const page: PageDefinition = {
  name: 'new-batch',
  routes: [{ path: '/batches/new', load: () => import('./NewBatchPage') }],
};
