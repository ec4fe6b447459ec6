import { msg } from '@lingui/core/macro';
import { IconPackage } from '@tabler/icons-react';
import type { PageDefinition } from '../../app/page';
import { paths } from '../../app/paths';

export const page: PageDefinition = {
  name: 'packages',
  routes: [
    { path: '/packages', load: () => import('./PackagesPage') },
    { path: '/packages/new', load: () => import('./upload/UploadPage') },
    { path: '/packages/:packageId', load: () => import('./PackagePage') },
  ],
  navigation: { label: msg`Packages`, icon: IconPackage, to: paths.packages(), order: 30 },
};
