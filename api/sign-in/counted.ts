import type { AccessService } from '../../core/access/contract';
import type { RateLimit } from '../transport/rate-limit';

/** Access, with each sign-in by a key or a token counted as a request of whoever it is. */
export const countedSignIns = (access: AccessService, rate: RateLimit): AccessService => ({
  ...access,
  async openSession(bearer) {
    const viewer = await access.authenticate(bearer);
    if (viewer) rate.count(viewer);
    return access.openSession(bearer);
  },
});
