import { auditKeys } from '../../core/audit/keys';
import { createAuditWork } from '../../core/audit/work';
import { inCall } from '../../core/call';
import { createSealing } from '../../core/sealing';
import type { AuditEntry } from '../../schema/model/audit';
import type { Collections } from '../../schema/mongo/connect';
import { administrator, handClock, MASTER_KEY, operator, refusal, settingsWith } from '../support/core-parts';
import { useStore } from '../support/store';

const store = useStore();
const DAY_MS = 86_400_000;
const clock = handClock();
const person = { ...operator, actorId: `person:${'p'.repeat(22)}`, kind: 'PERSON' as const, name: 'Ann Example' };

/** As in a process of its own. */
const trail = (masterKeys: Uint8Array[] = [MASTER_KEY]) =>
  createAuditWork({ collections: store.collections, settings: settingsWith(), sealing: createSealing(masterKeys, 'audit'), clock });
type Trail = ReturnType<typeof trail>;

const app = { ...operator, role: 'APP' as const };
/** The collections, with what is asked of them written down. */
const told = (asked: string[]): Collections =>
  Object.fromEntries(
    Object.entries(store.collections).map(([name, collection]) => [
      name,
      new Proxy(collection, {
        get(target, key) {
          const value = Reflect.get(target, key);
          if (typeof value !== 'function') return value;
          asked.push(`${name}.${String(key)}`);
          return value.bind(target);
        },
      }),
    ]),
  ) as unknown as Collections;

const did = (action: string, more: object = {}) => ({
  kind: 'MUTATION' as const,
  action,
  viewer: operator,
  result: 'OK' as const,
  ...more,
});
const record = async ({ service }: Trail, count: number) => {
  await Promise.all(Array.from({ length: count }, (_, index) => service.record(did(`act${index}`))));
};
/** Three segments of ten entries. */
async function sealed(): Promise<Trail> {
  const audit = trail();
  for (const _ of [1, 2, 3]) {
    await record(audit, 10);
    await audit.work.seal();
  }
  return audit;
}
const problemsOf = async ({ work }: Trail, head?: { segment: number; hash: string }) => (await work.verify(head)).problems;
const some = async (filter: object = {}): Promise<AuditEntry> => {
  const [entry] = await store.collections.auditEntries.find(filter).sort({ _id: 1 }).limit(1).toArray();
  if (!entry) throw new Error('There is no such entry.');
  return entry;
};

describe('R-UI-4 the audit trail is a chain', () => {
  test('R-UI-4 an entry is in the store when it was recorded, and says who, from where, what, on what and what came of it', async () => {
    const audit = trail();
    await inCall({ correlationId: 'id-1', address: '192.0.2.7' }, () =>
      audit.service.record(
        did('updateGroup', { input: { id: 'g', name: 'n' }, objects: ['g'], before: { name: 'o' }, after: { name: 'n' }, codes: [] }),
      ),
    );
    expect(await some()).toMatchObject({
      ...{ kind: 'MUTATION', action: 'updateGroup', actor: operator.actorId, actorKind: 'KEY', role: 'OPERATOR', address: '192.0.2.7' },
      ...{ correlationId: 'id-1', input: '{"id":"g","name":"n"}', objects: ['g'], before: '{"name":"o"}', after: '{"name":"n"}' },
      ...{ result: 'OK', codes: [], count: 1, segment: null },
    });
  });

  test('R-UI-4 sealed by four processes at once, of entries that four write at the same instant: one chain, without a fork', async () => {
    const audits = Array.from({ length: 4 }, () => trail());
    for (let round = 0; round < 5; round++) {
      await Promise.all(audits.flatMap((audit) => [record(audit, 40), audit.work.seal()]));
    }
    await Promise.all(audits.map(({ work }) => work.seal()));
    const segments = await store.collections.auditSegments.find().sort({ _id: 1 }).toArray();
    expect(segments.map(({ _id }) => _id)).toEqual(segments.map((_, index) => index + 1));
    expect(new Set(segments.flatMap(({ ids }) => ids)).size).toBe(800);
    expect(await audits[0]?.work.verify()).toMatchObject({ problems: [], entries: 800, unsealed: 0, segments: segments.length });
  });

  test('R-UI-4 whole as it is, with what is not sealed yet counted', async () => {
    const audit = await sealed();
    await record(audit, 3);
    const { head, ...rest } = await audit.work.verify();
    expect(rest).toEqual({ problems: [], problemCount: 0, segments: 3, entries: 30, unsealed: 3, checkpoint: null });
    expect(head).toEqual(await audit.work.head());
  });

  test.each<[string, object]>([
    ['who', { actor: 'somebody-else' }],
    ['when', { at: new Date(0) }],
    ['the input', { input: '{}' }],
    ['the result', { result: 'FAILED' }],
    ['the keyed digest', { mac: 'x' }],
  ])('R-UI-4 a sealed entry of which %s was changed is found, and named', async (_what, change) => {
    const audit = await sealed();
    const { _id } = await some({ segment: 2 });
    await store.collections.auditEntries.updateOne({ _id }, { $set: change });
    expect(await problemsOf(audit)).toEqual([`Entry ${_id} of segment 2 was changed.`]);
  });

  test('R-UI-4 a sealed entry that was deleted is found, and one that was inserted, and one that was moved', async () => {
    const audit = await sealed();
    const { auditEntries } = store.collections;
    const [deleted, moved] = [await some({ segment: 1 }), await some({ segment: 3 })];
    await auditEntries.deleteOne({ _id: deleted._id });
    await auditEntries.insertOne({ ...deleted, _id: `${deleted._id.slice(0, 12)}${'f'.repeat(20)}` });
    await auditEntries.updateOne({ _id: moved._id }, { $set: { segment: 2 } });
    await auditEntries.insertOne({ ...deleted, _id: 'later', segment: 99 });
    expect(await problemsOf(audit)).toEqual([
      `Entry ${deleted._id} of segment 1 was deleted.`,
      `Entry ${deleted._id.slice(0, 12)}${'f'.repeat(20)} was inserted into segment 1.`,
      `Entry ${moved._id} was inserted into segment 2.`,
      'Entry later names a segment that does not exist.',
    ]);
  });

  test('R-UI-4 before it is sealed a changed or an invented entry is found as well; a deleted one is not', async () => {
    const audit = trail();
    await record(audit, 3);
    const entry = await some();
    await store.collections.auditEntries.updateOne({ _id: entry._id }, { $set: { action: 'nothing' } });
    const invented = { ...entry, _id: `${entry._id}0` };
    await store.collections.auditEntries.insertOne(invented);
    const wrong = 'was changed or not written by this installation.';
    expect(await problemsOf(audit)).toEqual([
      `Entry ${entry._id}, not sealed yet, ${wrong}`,
      `Entry ${invented._id}, not sealed yet, ${wrong}`,
    ]);
    // Sealing what an attacker has written does not make it true.
    await audit.work.seal();
    expect(await problemsOf(audit)).toHaveLength(2);
    await store.collections.auditEntries.deleteMany({});
    await store.collections.auditSegments.deleteMany({});
    expect(await problemsOf(audit)).toEqual([]);
  });

  test('R-UI-4 a segment that was changed, written anew or taken out is found', async () => {
    const audit = await sealed();
    const { auditSegments } = store.collections;
    await auditSegments.updateOne({ _id: 2 }, { $set: { at: new Date(0) } });
    expect(await problemsOf(audit)).toEqual(['Segment 2 was changed.']);
    await auditSegments.deleteOne({ _id: 2 });
    expect((await problemsOf(audit))[0]).toBe('Segments 2 to 2 are missing.');
  });

  test('R-UI-4 whoever has the database and no master key can write the chain anew, and it is found', async () => {
    const audit = await sealed();
    await store.collections.auditSegments.deleteMany({});
    await store.collections.auditEntries.updateMany({}, { $set: { segment: null } });
    await store.collections.settings.deleteOne({ _id: 'audit-key' });
    // Their own installation, over the same documents.
    await trail([Buffer.alloc(32, 9)]).work.seal();
    await store.collections.settings.deleteOne({ _id: 'audit-key' });
    expect((await trail().work.verify()).problems).toContain('Segment 1 was not signed by this installation.');
    expect(audit).toBeDefined();
  });

  test('R-UI-4 the end of the chain cut off: found by whoever kept its head', async () => {
    const audit = await sealed();
    const head = (await audit.work.verify()).head ?? undefined;
    await store.collections.auditSegments.deleteOne({ _id: 3 });
    await store.collections.auditEntries.deleteMany({ segment: 3 });
    expect(await problemsOf(audit)).toEqual([]);
    expect(await problemsOf(audit, head)).toEqual([
      'The chain has no segment 3 with the hash that was given: its end was cut off, or written anew.',
    ]);
  });

  test('R-UI-4 a process that died between a segment and its marks: the next one makes up for it', async () => {
    const audit = await sealed();
    await store.collections.auditEntries.updateMany({ segment: 3 }, { $set: { segment: null } });
    expect((await audit.work.verify()).problems).toEqual([]);
    await record(audit, 1);
    expect(await audit.work.seal()).toBe(1);
    expect(await audit.work.verify()).toMatchObject({ problems: [], segments: 4, entries: 31, unsealed: 0 });
  });

  test('R-UI-4 after a change of the master key the chain goes on', async () => {
    await sealed();
    const both = trail([Buffer.alloc(32, 9), MASTER_KEY]);
    await record(both, 5);
    await both.work.seal();
    const onlyNew = trail([Buffer.alloc(32, 9)]);
    await record(onlyNew, 5);
    await onlyNew.work.seal();
    expect(await onlyNew.work.verify()).toMatchObject({ problems: [], segments: 5 });
    await expect(auditKeys(store.collections, createSealing([MASTER_KEY], 'audit'))).rejects.toThrow('master key');
  });
});

describe('R-UI-4 retention of the audit trail', () => {
  test('R-UI-4 removes behind a signed checkpoint, and what is left is a whole chain that goes on', async () => {
    const audit = await sealed();
    clock.advance(401 * DAY_MS);
    await record(audit, 10);
    await audit.work.seal();
    expect(await audit.work.removeOld(400)).toBe(3);
    expect(await store.collections.auditEntries.countDocuments()).toBe(10);
    expect(await audit.work.verify()).toMatchObject({ problems: [], checkpoint: 3, segments: 1, entries: 10 });
    clock.advance(401 * DAY_MS);
    expect(await audit.work.removeOld(400)).toBe(1);
    await record(audit, 1);
    await audit.work.seal();
    expect(await audit.work.verify()).toMatchObject({ problems: [], checkpoint: 4, segments: 1, head: { segment: 5 } });
  });

  test('R-UI-4 interrupted, it goes on; and a checkpoint that nobody has signed is found', async () => {
    const audit = await sealed();
    const { auditCheckpoints, auditSegments } = store.collections;
    clock.advance(401 * DAY_MS);
    expect(await audit.work.removeOld(400, AbortSignal.abort())).toBe(0);
    expect(await audit.work.verify()).toMatchObject({ problems: [], checkpoint: 3, segments: 0 });
    expect(await audit.work.removeOld(400)).toBe(3);
    await record(audit, 10);
    await audit.work.seal();
    const four = await auditSegments.findOne({ _id: 4 });
    await auditCheckpoints.insertOne({ _id: 4, at: new Date(), hash: four?.hash ?? '', signature: 'x' });
    expect(await problemsOf(audit)).toContain('Checkpoint 4 was not signed by this installation.');
  });
});

describe('R-UI-4 people in the audit trail', () => {
  test('R-UI-4 are pseudonyms there, also where others name them; forgotten, nothing says who it was, and the chain is whole', async () => {
    const audit = trail();
    await audit.service.record(did('createGroup', { viewer: person }));
    await audit.service.record(did('blockPerson', { viewer: administrator, input: { id: person.actorId }, objects: [person.actorId] }));
    await audit.work.seal();
    const entries = await store.collections.auditEntries.find().toArray();
    expect(JSON.stringify(entries)).not.toContain(person.actorId);
    const [first] = (await audit.service.entries(administrator, { actor: person.actorId }, {})).rows;
    expect(first?.node).toMatchObject({ actorId: person.actorId, actorName: 'Ann Example', action: 'createGroup' });
    const pseudonym = first?.node.actor ?? '';
    expect((await audit.service.entries(administrator, { object: pseudonym }, {})).rows).toHaveLength(1);

    expect(await audit.service.forgetPerson(administrator, person.actorId)).toBe(pseudonym);
    const everything = await Promise.all(Object.values(store.collections).map((each) => each.find().toArray() as Promise<object[]>));
    expect(JSON.stringify(everything)).not.toMatch(/Ann Example|pppppp/);
    expect((await audit.service.entries(administrator, { actor: pseudonym }, {})).rows[0]?.node).toMatchObject({
      actorId: null,
      actorName: null,
    });
    expect(await audit.work.verify()).toMatchObject({ problems: [], entries: 2 });
    // Again is the same; whoever it was acts under another name from now on.
    expect(await audit.service.forgetPerson(administrator, pseudonym)).toBe(pseudonym);
    await audit.service.record(did('createGroup', { viewer: person }));
    expect((await audit.service.entries(administrator, { actor: person.actorId }, {})).rows[0]?.node.actor).not.toBe(pseudonym);
    expect(await refusal(audit.service.forgetPerson(administrator, 'nobody'))).toEqual([{ code: 'NOT_FOUND', field: 'id' }]);
    expect(await refusal(audit.service.forgetPerson(operator, pseudonym))).toEqual([{ code: 'NOT_ALLOWED' }]);
  });

  test('R-UI-4 an app that confirms costs one write of one entry; many at once go together', async () => {
    const asked: string[] = [];
    const audit = createAuditWork({
      ...{ collections: told(asked), settings: settingsWith(), sealing: createSealing([MASTER_KEY], 'audit'), clock },
    });
    await audit.service.record(did('confirmTasks', { viewer: app }));
    asked.length = 0;
    await audit.service.record(did('confirmTasks', { viewer: app, input: { taskIds: ['b.p.d'] }, objects: ['b.p.d'] }));
    expect(asked).toEqual(['auditEntries.insertMany']);
    await Promise.all(Array.from({ length: 100 }, () => audit.service.record(did('confirmTasks', { viewer: app }))));
    expect(asked.length).toBeLessThan(20);
    expect(await store.collections.auditEntries.countDocuments()).toBe(102);
  });
});

describe('R-UI-4 refusals in the audit trail', () => {
  const from = (address: string, { service }: Trail) =>
    inCall({ correlationId: 'c', address }, () => service.refused({ action: 'POST /graphql', viewer: null, codes: ['NOT_SIGNED_IN'] }));

  test('R-UI-4 an attacker cannot fill the disk: beyond a bound an entry says how many were left out', async () => {
    const audit = trail();
    for (let index = 0; index < 1_000; index++) await from('198.51.100.1', audit);
    for (let index = 0; index < 1_000; index++) await from(`2001:db8::${index.toString(16)}`, audit);
    await from('198.51.100.2', audit);
    expect(await store.collections.auditEntries.countDocuments({ kind: 'REFUSAL' })).toBe(41);
    await audit.work.tellOmitted();
    const omitted = await store.collections.auditEntries.find({ kind: 'OMITTED' }).toArray();
    expect(omitted.map(({ objects, count }) => [objects, count])).toEqual(
      expect.arrayContaining([
        [['198.51.100.1'], 980],
        [['2001:db8:0:0::/64'], 980],
      ]),
    );
    await audit.work.tellOmitted();
    expect(await store.collections.auditEntries.countDocuments({ kind: 'OMITTED' })).toBe(2);
  });

  test('R-UI-4 what has half a character, or is very long, is the same when it is read again', async () => {
    const audit = trail();
    await audit.service.record(
      did('x', { input: { name: `\ud800${'é'.repeat(10_000)}`, list: Array(10_000).fill('\udfff') }, objects: ['\ud800'] }),
    );
    await audit.work.seal();
    expect(await problemsOf(audit)).toEqual([]);
    const { input } = await some();
    expect(Buffer.byteLength(input ?? '')).toBeLessThanOrEqual(4_096);
    expect(JSON.parse(input ?? '')).toMatchObject({ name: expect.stringContaining('(10001 characters)') });
  });
});

test('R-UI-4 exported in order, beyond one portion, from a time on; administrators only', async () => {
  const audit = trail();
  await record(audit, 600);
  clock.advance(1_000);
  const since = clock();
  await record(audit, 600);
  const exported: string[] = [];
  for await (const { _id } of audit.service.export(administrator, since)) exported.push(_id);
  expect(exported).toHaveLength(600);
  expect(exported).toEqual([...exported].sort());
  expect(() => audit.service.export(operator, null)).toThrow();
});
