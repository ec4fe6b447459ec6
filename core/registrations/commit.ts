import { randomBytes } from 'node:crypto';
import type { mongo } from 'mongoose';
import type { DeviceId } from '../../schema/model/ids';
import { displaced } from '../../schema/model/registration/changes';
import { type RegistrationChange as Change, deviceOf, presenceNews, takenPeer } from '../../schema/model/registration/news';
import type { Registration } from '../../schema/model/registration/registration';
import type { Store } from '../../schema/mongo/connect';
import type { Clock } from '../clock';
import { transaction } from '../transaction';
import { createBundle } from './bundle';
import { presenceOperation, shutOutOf } from './presence';

export interface CommitDeps {
  store: Pick<Store, 'connection' | 'collections'>;
  clock: Clock;
  /** R-DEV-2: told after the devices' documents say so. */
  onCame?(ids: readonly DeviceId[]): Promise<void>;
  onWent?(ids: readonly DeviceId[]): Promise<void>;
}

/** To write what devices that come or go change. */
export interface PresenceWriter {
  /** Null: as many wait as may. */
  add(change: Change): Promise<'WRITTEN' | 'STALE' | 'SHUT_OUT'> | null;
}

export interface WritingDeps extends CommitDeps {
  presences: PresenceWriter;
}

export interface Outcome {
  /** Not written: the registration is not what it was. */
  stale: ReadonlySet<Change>;
  /** The device has no registration any more: it is disabled or deleted. */
  shutOut: ReadonlySet<Change>;
}

type Kept = Change & { before: Registration; after: Registration };

/** Nobody but the registration itself is concerned. */
export const isQuiet = (change: Change): change is Kept =>
  change.before !== null && change.after !== null && presenceNews(change) === null && takenPeer(change) === null;

const filterOf = ({ _id, registrationId, revision }: Registration) => ({ _id, registrationId, revision });

/**
 * Writes changes of registrations of different devices if they are about what is stored, each by itself, in one write. None of a device that
 * comes or goes.
 */
export async function commitQuiet(deps: CommitDeps, changes: readonly Change[]): Promise<Outcome> {
  const stale = changes.length > 0 ? await writeQuietly(deps, changes.filter(isQuiet)) : [];
  return { stale: new Set(stale), shutOut: new Set() };
}

/** The same of devices that come or go: together with the documents of these devices, so that no crash comes between the two. */
export async function commitPresences({ presences }: WritingDeps, changes: readonly Change[]): Promise<Outcome> {
  const outcomes = await Promise.all(changes.map((change) => presences.add(change) ?? Promise.reject(new Error(TOO_MANY))));
  const those = (wanted: string) => new Set(changes.filter((_, index) => outcomes[index] === wanted));
  return { stale: those('STALE'), shutOut: those('SHUT_OUT') };
}
const TOO_MANY = 'More devices come and go than can be written.';

/**
 * One transaction after the other, each of what has come since: of two at once neither would see that both take one address. Addresses are of
 * a gateway, that is of a process.
 */
export const createPresenceWriter = (deps: CommitDeps): PresenceWriter =>
  createBundle(
    async (changes: readonly Change[]) => {
      const { stale, shutOut, came, went } = await writeWithPresence(deps, changes);
      const told = tell(deps, came, went);
      return changes.map(async (change) => {
        await told;
        return stale.includes(change) ? 'STALE' : shutOut.includes(change) ? 'SHUT_OUT' : 'WRITTEN';
      });
    },
    { keyOf: deviceOf },
  );

async function tell({ onCame, onWent }: CommitDeps, came: readonly DeviceId[], went: readonly DeviceId[]): Promise<void> {
  if (came.length > 0) await onCame?.(came);
  if (went.length > 0) await onWent?.(went);
}

/** What a crash of MongoDB may lose of these, within a tenth of a second, the next Update brings. */
const NOT_AWAITED = { w: 1, journal: false } as const;

async function writeQuietly({ store }: CommitDeps, changes: readonly Kept[]): Promise<Change[]> {
  const { registrations } = store.collections;
  const writeId = randomBytes(9).toString('base64url');
  const operations = changes.map(({ before, after }) => ({
    updateOne: { filter: filterOf(before), update: { $set: { ...differing(before, after), writeId } } },
  }));
  const { matchedCount } = await registrations.bulkWrite(operations, { ordered: false, writeConcern: NOT_AWAITED });
  if (matchedCount === changes.length) return [];
  // A bulk write counts what it matched but does not say which: what carries our mark is ours.
  const ours = await registrations.find({ _id: { $in: changes.map(deviceOf) }, writeId }, { projection: { _id: 1 } }).toArray();
  const written = new Set(ours.map(({ _id }) => _id));
  return changes.filter((change) => !written.has(deviceOf(change)));
}

/** Fields whose values are others: most Updates move times only. */
const differing = (before: Registration, after: Registration): Partial<Registration> =>
  Object.fromEntries(Object.entries(after).filter(([name, value]) => value !== before[name as keyof Registration]));

interface Written {
  stale: Change[];
  shutOut: Change[];
  came: DeviceId[];
  went: DeviceId[];
}

const writeWithPresence = (deps: CommitDeps, changes: readonly Change[]): Promise<Written> =>
  transaction(deps.store, async (session) => {
    const { registrations, devices } = deps.store.collections;
    const now = deps.clock();
    const fresh = await stillStored(registrations, changes, session);
    const stale = changes.filter((change) => !fresh.includes(change));
    const all = [...eachWithItsAddress(fresh, now), ...(await displacedBy(registrations, fresh, now, session))];
    if (all.length === 0) return { stale, shutOut: [], came: [], went: [] };
    const writePresence = async (of: readonly Change[]) => {
      const operations = of.flatMap((change) => presenceOperation(change, now) ?? []);
      if (operations.length > 0) await devices.bulkWrite(operations, { session, ordered: false });
    };
    await writePresence(all);
    const shutOut = await shutOutOf(devices, all, session);
    const written = all.map((change) => (shutOut.includes(change) ? { before: change.before, after: null } : change));
    if (shutOut.length > 0) await writePresence(written.filter(({ after }) => after === null));
    const operations = written.flatMap((change) => operationFor(change) ?? []);
    if (operations.length > 0) await registrations.bulkWrite(operations, { session });
    const withNews = (news: 'CAME' | 'WENT') => written.filter((change) => presenceNews(change) === news).map(deviceOf);
    return { stale, shutOut, came: withNews('CAME'), went: withNews('WENT') };
  });

type Registrations = Store['collections']['registrations'];

async function stillStored(registrations: Registrations, changes: readonly Change[], session: mongo.ClientSession): Promise<Change[]> {
  const projection = { registrationId: 1, revision: 1 } as const;
  const found = await registrations.find({ _id: { $in: changes.map(deviceOf) } }, { session, projection }).toArray();
  const stored = new Map(found.map((each) => [each._id, each]));
  return changes.filter((change) => {
    const now = stored.get(deviceOf(change));
    return now?.registrationId === change.before?.registrationId && now?.revision === change.before?.revision;
  });
}

function operationFor({ before, after }: Change): mongo.AnyBulkWriteOperation<Registration> | null {
  if (after === null) return before && { deleteOne: { filter: filterOf(before) } };
  return before === null ? { insertOne: { document: after } } : { replaceOne: { filter: filterOf(before), replacement: after } };
}

/** Of several that take one address the last has it. */
function eachWithItsAddress(changes: readonly Change[], now: Date): Change[] {
  const takers = new Map(changes.map((change) => [takenPeer(change), change]));
  return changes.map((change) => {
    const { before, after } = change;
    const isLast = takenPeer(change) === null || takers.get(takenPeer(change)) === change;
    return isLast || after === null ? change : { before, after: displaced(after, now) };
  });
}

/** Those that were heard from the addresses before: who sends to one of them now would reach somebody else. */
async function displacedBy(
  registrations: Registrations,
  changes: readonly Change[],
  now: Date,
  session: mongo.ClientSession,
): Promise<Change[]> {
  const taken = changes.flatMap((change) => takenPeer(change) ?? []);
  if (taken.length === 0) return [];
  const ids = new Set(changes.map(deviceOf));
  const found = await registrations.find({ plainPeer: { $in: taken } }, { session }).toArray();
  return found.filter(({ _id }) => !ids.has(_id)).map((before) => ({ before, after: displaced(before, now) }));
}
