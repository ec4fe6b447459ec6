import { systemClock } from '../../core/clock';
import { createImportCreation, type ImportCreation } from '../../core/device-imports/creation';
import { createChildren } from '../../core/devices/children/service';
import { NO_MEMBERSHIPS } from '../../core/memberships/memberships';
import type { Limits } from '../../schema/model/limits';
import type { Store } from '../../schema/mongo/connect';
import { SEALING, settingsWith } from './core-parts';

/** What another process goes on with imports by. */
export function anotherCreation({ connection, collections }: Store, over: Partial<Limits> = {}): ImportCreation {
  const { limits } = settingsWith(over);
  const children = createChildren({ devices: collections.devices, connection, limits, clock: systemClock });
  return createImportCreation({ connection, collections, sealing: SEALING, clock: systemClock, memberships: NO_MEMBERSHIPS, children });
}
