import { msg } from '@lingui/core/macro';
import { IconGauge } from '@tabler/icons-react';
import type { PageDefinition } from '../../app/page';
import { paths } from '../../app/paths';

export const page: PageDefinition = {
  name: 'limits',
  routes: [{ path: '/settings/limits', load: () => import('./LimitsPage') }],
  navigation: { label: msg`Limits`, icon: IconGauge, to: paths.limits(), order: 85 },
};
