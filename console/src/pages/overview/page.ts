import { msg } from '@lingui/core/macro';
import { IconDashboard } from '@tabler/icons-react';
import type { PageDefinition } from '../../app/page';
import { paths } from '../../app/paths';

export const page: PageDefinition = {
  name: 'overview',
  routes: [{ path: '/', load: () => import('./OverviewPage') }],
  navigation: { label: msg`Overview`, icon: IconDashboard, to: paths.overview(), order: 0 },
};
