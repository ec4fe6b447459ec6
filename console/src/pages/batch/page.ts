import { msg } from '@lingui/core/macro';
import { IconStack2 } from '@tabler/icons-react';
import type { PageDefinition } from '../../app/page';
import { paths } from '../../app/paths';

export const page: PageDefinition = {
  name: 'batch',
  routes: [
    { path: '/batches', load: () => import('./list/BatchesPage') },
    { path: '/batches/:batchId', load: () => import('./BatchPage') },
  ],
  navigation: { label: msg`Batches`, icon: IconStack2, to: paths.batches(), order: 10 },
};
