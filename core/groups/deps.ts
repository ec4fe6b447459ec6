import type { Store } from '../../schema/mongo/connect';
import type { Calls } from '../calls/calls';
import type { Clock } from '../clock';
import type { Memberships } from '../memberships/memberships';
import type { CoreSettings } from '../settings';
import type { GroupChecks } from './checks';

/** What the parts of core/groups work with. */
export interface GroupDeps {
  store: Pick<Store, 'connection' | 'collections'>;
  settings: Pick<CoreSettings, 'limits'>;
  clock: Clock;
  calls: Calls;
  memberships: Memberships;
  checks: GroupChecks;
  /** After devices were put into a group, or taken out of it. */
  onMoved?(deviceIds: readonly string[]): Promise<void>;
  /** After a group is gone. */
  onDeleted?(groupId: string): Promise<void>;
}
