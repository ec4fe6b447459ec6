import type { Store } from '../../../schema/mongo/connect';
import type { Clock } from '../../clock';
import { UserError } from '../../errors';
import { pageOf } from '../../paging/page-of';
import type { CoreSettings } from '../../settings';
import { transaction } from '../../transaction';
import type { AccessService } from '../contract';
import { requireRole } from '../require-role';
import { requireGood } from '../still-good';
import type { Person, Viewer } from '../viewer';
import { createPeople, type People } from './people';

export interface PeopleDeps {
  store: Pick<Store, 'connection' | 'collections'>;
  settings: Pick<CoreSettings, 'limits'>;
  clock: Clock;
  /** A person was blocked here, and these browser sessions of theirs are gone. */
  onBlocked(id: string, sessionIds: readonly string[]): void;
}

export type PeopleService = Pick<AccessService, 'people' | 'blockPerson' | 'unblockPerson'>;

export function createPeopleService({ store, settings, clock, onBlocked }: PeopleDeps): { service: PeopleService; seen: People['seen'] } {
  const { people, browserSessions } = store.collections;
  const known = createPeople(people, clock);

  async function setBlocked(viewer: Viewer, id: string, blockedAt: Date | null): Promise<Person> {
    requireRole(viewer, 'ADMINISTRATOR');
    let sessionIds: string[] = [];
    try {
      return await transaction(store, async (session) => {
        // In the same transaction: two who block each other at the same instant do not both succeed.
        await requireGood(store.collections, viewer, session);
        const person = await people.findOne({ _id: id }, { session });
        if (!person) throw unknownPerson();
        // As it was first, when it is so already.
        if ((person.blockedAt === null) === (blockedAt === null)) return person;
        await people.updateOne({ _id: id }, { $set: { blockedAt } }, { session });
        if (blockedAt) {
          const open = await browserSessions.find({ actorId: id }, { session, projection: { _id: 1 } }).toArray();
          sessionIds = open.map(({ _id }) => _id);
          await browserSessions.deleteMany({ actorId: id }, { session });
        }
        return { ...person, blockedAt };
      });
    } finally {
      // Also when it is not known whether it was written.
      known.forget(id);
      if (blockedAt) onBlocked(id, sessionIds);
    }
  }

  return {
    seen: known.seen,
    service: {
      async people(viewer, page, { blocked } = {}) {
        requireRole(viewer, 'ADMINISTRATOR');
        const filter = blocked == null ? {} : { blockedAt: blocked ? { $ne: null } : null };
        return pageOf(people, filter, { firstSeenAt: -1, _id: -1 }, page, settings.limits);
      },
      blockPerson: (viewer, id) => setBlocked(viewer, id, clock()),
      unblockPerson: (viewer, id) => setBlocked(viewer, id, null),
    },
  };
}

const unknownPerson = (): UserError =>
  new UserError('NOT_FOUND', { field: 'id', message: 'No person has this id.', hint: 'Query `people` for those who have signed in.' });
