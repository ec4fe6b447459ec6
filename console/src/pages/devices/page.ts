import { msg } from '@lingui/core/macro';
import { IconCpu } from '@tabler/icons-react';
import type { PageDefinition } from '../../app/page';
import { paths } from '../../app/paths';

export const page: PageDefinition = {
  name: 'devices',
  routes: [{ path: '/devices', load: () => import('./DevicesPage') }],
  navigation: { label: msg`Devices`, icon: IconCpu, to: paths.devices(), order: 30 },
};
