import { msg } from '@lingui/core/macro';
import { IconKey } from '@tabler/icons-react';
import type { PageDefinition } from '../../app/page';
import { paths } from '../../app/paths';

export const page: PageDefinition = {
  name: 'access',
  routes: [
    { path: '/settings/keys', load: () => import('./KeysPage') },
    { path: '/settings/people', load: () => import('./PeoplePage') },
  ],
  navigation: { label: msg`Keys and people`, icon: IconKey, to: paths.keys(), order: 80, role: 'ADMINISTRATOR' },
};
