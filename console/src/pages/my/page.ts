import type { PageDefinition } from '../../app/page';

/** For the users of devices. They see no navigation, and this is where they are led to. */
export const page: PageDefinition = {
  name: 'my',
  routes: [{ path: '/my', load: () => import('./MyPage') }],
};
