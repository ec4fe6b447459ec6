import type { PageDefinition } from '../../app/page';

export const page: PageDefinition = {
  name: 'device',
  routes: [{ path: '/devices/:deviceId', load: () => import('./DevicePage') }],
};
