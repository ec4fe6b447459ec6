import { msg } from '@lingui/core/macro';
import { IconAntenna } from '@tabler/icons-react';
import type { PageDefinition } from '../../app/page';
import { paths } from '../../app/paths';

export const page: PageDefinition = {
  name: 'cells',
  routes: [{ path: '/cells', load: () => import('./CellsPage') }],
  navigation: { label: msg`Radio cells`, icon: IconAntenna, to: paths.cells(), order: 60 },
};
