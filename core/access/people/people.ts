import { createHash } from 'node:crypto';
import type { Collections } from '../../../schema/mongo/connect';
import type { Clock } from '../../clock';
import { isDuplicateKey } from '../../duplicate-key';
import { KNOWN_MOST, KNOWN_MS, USE_NOTED_EVERY_MS } from '../bounds';
import { createKnown } from '../known';
import { blocked } from '../still-good';
import type { Person, Viewer } from '../viewer';

/** Who somebody is, and what they may do by what they came with. */
export type Identity = Pick<Person, 'issuer' | 'subject' | 'name' | 'role' | 'products'>;

export interface People {
  /** Somebody has proven to be this one. Throws NOT_SIGNED_IN for one who is blocked. */
  seen(identity: Identity): Promise<Viewer>;
  /** After a change: certain at once in this process. */
  forget(id: string): void;
}

/** The same wherever they sign in; an issuer cannot make an id of another's. */
export const personId = ({ issuer, subject }: Pick<Identity, 'issuer' | 'subject'>): string =>
  `person:${createHash('sha256')
    .update(JSON.stringify([issuer, subject]))
    .digest('base64url')
    .slice(0, 22)}`;

export function createPeople(people: Collections['people'], clock: Clock): People {
  const known = createKnown<Person>({ load: (id) => people.findOne({ _id: id }), ttlMs: KNOWN_MS, most: KNOWN_MOST, clock });

  async function note(_id: string, identity: Identity, person: Person | null): Promise<void> {
    const now = clock();
    if (person && !isToNote(person, identity, now)) return;
    try {
      await people.updateOne(
        { _id, blockedAt: null },
        { $set: { ...identity, products: copyOf(identity.products), lastSeenAt: now }, $setOnInsert: { firstSeenAt: now } },
        { upsert: true },
      );
    } catch (error) {
      // Somebody has blocked them meanwhile, or another process was first.
      if (!isDuplicateKey(error)) throw error;
    }
  }

  return {
    async seen(identity) {
      const _id = personId(identity);
      const { value, wasKnown } = await known.get(_id);
      if (value?.blockedAt) throw blocked();
      if (!wasKnown) await note(_id, identity, value);
      const { name, role, products } = identity;
      return { actorId: _id, kind: 'PERSON', name, role, products };
    },
    forget: known.forget,
  };
}

function isToNote(person: Person, { name, role, products }: Identity, now: Date): boolean {
  const changed = person.name !== name || person.role !== role || JSON.stringify(person.products) !== JSON.stringify(products);
  return changed || now.getTime() - person.lastSeenAt.getTime() >= USE_NOTED_EVERY_MS;
}

const copyOf = (products: readonly string[] | null): string[] | null => (products === null ? null : [...products]);
