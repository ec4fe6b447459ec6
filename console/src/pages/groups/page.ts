import { msg } from '@lingui/core/macro';
import { IconSitemap } from '@tabler/icons-react';
import type { PageDefinition } from '../../app/page';
import { paths } from '../../app/paths';

export const page: PageDefinition = {
  name: 'groups',
  routes: [
    { path: '/groups', load: () => import('./GroupsPage') },
    { path: '/groups/:groupId', load: () => import('./GroupPage') },
  ],
  navigation: { label: msg`Groups`, icon: IconSitemap, to: paths.groups(), order: 35 },
};
