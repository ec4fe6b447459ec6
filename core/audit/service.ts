import { randomBytes } from 'node:crypto';
import type { AuditEntry } from '../../schema/model/audit';
import type { Collections } from '../../schema/mongo/connect';
import { requireRole } from '../access/require-role';
import { callNow } from '../call';
import type { Clock } from '../clock';
import { pageOf } from '../paging/page-of';
import type { Lines } from '../sampled-log';
import type { CoreSettings } from '../settings';
import { networkOf } from '../strangers';
import { createActors } from './actors';
import { boundedJson, wellFormed } from './bounded-json';
import type { AuditEvent, AuditFilter, AuditService, RefusedEvent, ShownEntry } from './contract';
import { textOfEntry } from './hashes';
import type { AuditKeys } from './keys';
import { createRefusalSampler } from './refusal-sampler';
import { createAuditWriter } from './writer';

export interface AuditDeps {
  collections: Pick<Collections, 'auditEntries' | 'auditActors' | 'apiKeys' | 'people'>;
  keys: () => Promise<AuditKeys>;
  settings: Pick<CoreSettings, 'limits'>;
  clock: Clock;
  log: Lines;
}

const MOST_OBJECTS = 100;
const LONGEST = 300;
/** Has done nothing. */
const NOBODY = 'actor:';
const EXPORTED_AT_ONCE = 500;

export interface AuditParts {
  service: AuditService;
  /** Says in the trail how many refusals were left out of it. */
  tellOmitted(): Promise<void>;
  close(): Promise<void>;
}

export function createAudit({ collections, keys, settings, clock, log }: AuditDeps): AuditParts {
  const { auditEntries, apiKeys } = collections;
  const actors = createActors(collections, clock);
  const writer = createAuditWriter(collections);
  const sampler = createRefusalSampler();

  async function write(entry: Omit<AuditEntry, '_id' | 'at' | 'mac' | 'segment'>): Promise<void> {
    const at = clock();
    const whole = { _id: newId(at), at, ...entry };
    await writer.write({ ...whole, mac: (await keys()).mac(textOfEntry(whole)), segment: null });
  }

  async function entryOf({
    kind,
    action,
    viewer,
    result,
    codes = [],
    count = 1,
    ...more
  }: Omit<AuditEvent, 'kind'> & { kind: AuditEntry['kind']; count?: number }) {
    const call = callNow();
    const told = async (value: unknown): Promise<string | null> => {
      const text = boundedJson(value);
      return text === null ? null : actors.withoutPeople(text);
    };
    const objects = [...new Set(more.objects ?? [])].slice(0, MOST_OBJECTS);
    return {
      ...{ kind, action: short(action), result, count },
      actor: viewer ? await actors.nameOf(viewer) : null,
      actorKind: viewer?.kind ?? null,
      role: viewer?.role ?? null,
      ...(viewer?.madeBy !== undefined && { madeBy: viewer.madeBy }),
      address: call?.address ?? null,
      correlationId: call?.correlationId ?? null,
      input: await told(more.input),
      objects: await Promise.all(objects.map((id) => actors.withoutPeople(short(id)))),
      before: await told(more.before),
      after: await told(more.after),
      codes: [...new Set(codes)].slice(0, 10).map(short),
    };
  }

  async function refused(event: RefusedEvent): Promise<void> {
    try {
      const key = event.viewer?.actorId ?? networkOf(callNow()?.address ?? undefined);
      if (!sampler.mayRecord(key, clock().getTime())) return;
      await write(await entryOf({ ...event, kind: 'REFUSAL', result: 'REFUSED' }));
    } catch (error) {
      log.error({ err: error, action: event.action }, 'A refusal could not be written to the audit trail');
    }
  }

  async function shown(entries: readonly AuditEntry[]): Promise<ShownEntry[]> {
    const ofActors = entries.flatMap(({ actor }) => (actor === null ? [] : [actor]));
    const ofKeys = entries.flatMap(({ actor, actorKind }) => (actor !== null && actorKind === 'KEY' ? [actor] : []));
    const [known, names] = await Promise.all([
      actors.known(ofActors),
      ofKeys.length === 0 ? [] : apiKeys.find({ _id: { $in: [...new Set(ofKeys)] } }, { projection: { name: 1 } }).toArray(),
    ]);
    const nameOfKey = new Map(names.map(({ _id, name }) => [_id, name]));
    return entries.map(({ mac: _mac, ...entry }) => {
      const { actor, actorKind } = entry;
      if (actor === null || actorKind === 'KEY') return { ...entry, actorId: actor, actorName: nameOfKey.get(actor ?? '') ?? null };
      return { ...entry, actorId: known.get(actor)?.actorId ?? null, actorName: known.get(actor)?.name ?? null };
    });
  }

  const named = async (filter: AuditFilter): Promise<AuditFilter> =>
    filter.actor ? { ...filter, actor: (await actors.find(filter.actor)) ?? NOBODY } : filter;

  return {
    service: {
      named,
      async record(event) {
        await write(await entryOf(event));
      },
      refused,
      shown,
      async entries(viewer, filter, page) {
        requireRole(viewer, 'ADMINISTRATOR');
        const found = await pageOf(auditEntries, conditionsOf(await named(filter)), { _id: -1 }, page, settings.limits);
        const nodes = await shown(found.rows.map(({ node }) => node));
        return { ...found, rows: found.rows.map(({ cursor }, index) => ({ cursor, node: nodes[index] as ShownEntry })) };
      },
      export(viewer, since) {
        requireRole(viewer, 'ADMINISTRATOR');
        return exported(since);
      },
      async forgetPerson(viewer, actor) {
        requireRole(viewer, 'ADMINISTRATOR');
        return actors.forget(actor);
      },
    },
    async tellOmitted() {
      for (const { key, count } of sampler.takeOmitted()) {
        const entry = await entryOf({
          kind: 'OMITTED',
          action: 'refusals',
          viewer: null,
          objects: key === null ? [] : [key],
          result: 'REFUSED',
          count,
        });
        await write(entry);
      }
    },
    close: writer.close,
  };

  async function* exported(since: Date | null): AsyncGenerator<ShownEntry> {
    for (let after = since ? idAt(since) : ''; ; ) {
      const entries = await auditEntries
        .find({ _id: { $gt: after } })
        .sort({ _id: 1 })
        .limit(EXPORTED_AT_ONCE)
        .toArray();
      yield* await shown(entries);
      const last = entries.at(-1);
      if (!last || entries.length < EXPORTED_AT_ONCE) return;
      after = last._id;
    }
  }
}

const idAt = (at: Date): string => at.getTime().toString(16).padStart(12, '0');
const newId = (at: Date): string => `${idAt(at)}${randomBytes(10).toString('hex')}`;
const short = (text: string): string => wellFormed(text.slice(0, LONGEST));

function conditionsOf({ actor, action, object, correlationId, kind, result, since, until }: AuditFilter) {
  return {
    ...(actor && { actor }),
    ...(action && { action }),
    ...(object && { objects: object }),
    ...(correlationId && { correlationId }),
    ...(kind && { kind }),
    ...(result && { result }),
    ...((since || until) && { _id: { ...(since && { $gte: idAt(since) }), ...(until && { $lt: idAt(until) }) } }),
  };
}
