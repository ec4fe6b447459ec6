import { randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { ActorKind, AuditActor } from '../../schema/model/audit';
import type { Collections } from '../../schema/mongo/connect';
import type { Viewer } from '../access/viewer';
import { atMost } from '../at-most';
import type { Clock } from '../clock';
import { isDuplicateKey } from '../duplicate-key';
import { UserError } from '../errors';

/** The actor's id of anybody but a key (`core/access/viewer.ts`), wherever it stands in a text. */
const PEOPLE = /\b(?:person|user):[\w-]{22,43}(?![\w-])/g;
const PSEUDONYM = 'actor:';
/** In the list of people, where the name was. */
const FORGOTTEN = 'Forgotten';
const KNOWN = 10_000;
/** A pseudonym that another process has had forgotten is used here so long at most. */
const KNOWN_MS = 10_000;

export const isPseudonym = (id: string): boolean => id.startsWith(PSEUDONYM);
const kindOf = (actorId: string): ActorKind => (actorId.startsWith('person:') ? 'PERSON' : 'APP_USER');

export interface Actors {
  /** A key is named by its id; people and app users by a pseudonym, which is made when it is first needed. */
  nameOf(viewer: Pick<Viewer, 'actorId' | 'kind' | 'name'>): Promise<string>;
  /** The text with pseudonyms in the place of ids of people. */
  withoutPeople(text: string): Promise<string>;
  /** The pseudonym, or the id itself where it is none of a person. Null for a person who has done nothing. */
  find(actorId: string): Promise<string | null>;
  /** Whom names of entries stand for. */
  known(names: readonly string[]): Promise<ReadonlyMap<string, AuditActor>>;
  forget(actor: string): Promise<string>;
}

/** The mapping of pseudonyms is the one place that can be emptied: no hash covers it. */
export function createActors({ auditActors, people }: Pick<Collections, 'auditActors' | 'people'>, clock: Clock): Actors {
  const names = new LRUCache<string, { _id: string; name: string | null }>({ ...atMost(KNOWN), ttl: KNOWN_MS });

  async function pseudonymOf(actorId: string, kind: ActorKind, name: string | null): Promise<string> {
    const known = names.get(actorId);
    if (known && (name === null || known.name === name)) return known._id;
    const found = await auditActors.findOne({ actorId });
    if (found) {
      const isRenamed = name !== null && found.name !== name;
      // Only while it stands for them still.
      if (isRenamed) await auditActors.updateOne({ _id: found._id, actorId }, { $set: { name } });
      names.set(actorId, { _id: found._id, name: name ?? found.name });
      return found._id;
    }
    const made: AuditActor = { _id: PSEUDONYM + randomBytes(16).toString('base64url'), actorId, kind, name, forgottenAt: null };
    try {
      await auditActors.insertOne(made);
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
      // Another request was first.
      return pseudonymOf(actorId, kind, name);
    }
    names.set(actorId, { _id: made._id, name });
    return made._id;
  }

  return {
    nameOf: async ({ actorId, kind, name }) => (kind === 'KEY' ? actorId : pseudonymOf(actorId, kind, name)),
    async withoutPeople(text) {
      const ids = new Set(text.match(PEOPLE));
      const replaced = new Map<string, string>();
      for (const id of ids) replaced.set(id, await pseudonymOf(id, kindOf(id), null));
      return replaced.size === 0 ? text : text.replace(PEOPLE, (id) => replaced.get(id) ?? id);
    },
    async find(actorId) {
      if (actorId.match(PEOPLE)?.[0] !== actorId) return actorId;
      return (await auditActors.findOne({ actorId }, { projection: { _id: 1 } }))?._id ?? null;
    },
    async known(ids) {
      const asked = [...new Set(ids.filter(isPseudonym))];
      const found = asked.length === 0 ? [] : await auditActors.find({ _id: { $in: asked } }).toArray();
      return new Map(found.map((actor) => [actor._id, actor]));
    },
    async forget(actor) {
      const found = await auditActors.findOne(isPseudonym(actor) ? { _id: actor } : { actorId: actor });
      if (!found) {
        throw new UserError('NOT_FOUND', {
          field: 'id',
          message: 'The audit trail has nobody with this id, or has forgotten them.',
          hint: 'Give the id of a person, or the `actor` of an entry. Entries of API keys name the key, which is nobody.',
        });
      }
      const { _id, actorId } = found;
      // Before the mapping: afterwards a repeat would not know whose name it is.
      if (actorId !== undefined) await people.updateOne({ _id: actorId }, { $set: { name: FORGOTTEN } });
      await auditActors.updateOne({ _id, forgottenAt: null }, { $unset: { actorId: 1 }, $set: { name: null, forgottenAt: clock() } });
      if (actorId !== undefined) names.delete(actorId);
      return _id;
    },
  };
}
