import { msg } from '@lingui/core/macro';
import { IconHistory } from '@tabler/icons-react';
import type { PageDefinition } from '../../app/page';
import { paths } from '../../app/paths';

export const page: PageDefinition = {
  name: 'audit',
  routes: [{ path: '/audit', load: () => import('./AuditPage') }],
  navigation: { label: msg`Audit`, icon: IconHistory, to: paths.audit(), order: 90, role: 'ADMINISTRATOR' },
};
