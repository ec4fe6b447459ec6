import { msg } from '@lingui/core/macro';
import { IconBox } from '@tabler/icons-react';
import type { PageDefinition } from '../../app/page';
import { paths } from '../../app/paths';

export const page: PageDefinition = {
  name: 'products',
  routes: [
    { path: '/products', load: () => import('./ProductsPage') },
    { path: '/products/:productKey', load: () => import('./ProductPage') },
  ],
  navigation: { label: msg`Products`, icon: IconBox, to: paths.products(), order: 40 },
};
