import type { Group } from '../../schema/model/device/group';
import { createDocumentFeed, type DocumentFeed } from './document-feed';
import type { LiveSource } from './source';

export interface GroupsFilter {
  /** Null: every group. */
  groupId?: string | null;
}

/** At most four events a second of each: one that is being filled changes with every page of devices. */
const GATHER_MS = 250;

/** R-DEV-3, R-DEV-4. Groups are shared: who may see one sees each. */
export const createGroupFeed = (source: LiveSource, position: () => string): DocumentFeed<Group, GroupsFilter> =>
  createDocumentFeed<Group, GroupsFilter>(source, {
    collection: source.collections.groups,
    gatherMs: GATHER_MS,
    acceptsId: ({ groupId }, id) => !groupId || groupId === id,
    accepts: () => true,
    position,
  });
