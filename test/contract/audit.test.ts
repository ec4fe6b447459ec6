import { auditKeys } from '../../core/audit/keys';
import { createAuditWork } from '../../core/audit/work';
import { inCall } from '../../core/call';
import { createSealing } from '../../core/sealing';
import type { AuditEntry } from '../../schema/model/audit';
import { handClock, MASTER_KEY, operator, settingsWith } from '../support/core-parts';
import { useStore } from '../support/store';

const store = useStore();
const DAY_MS = 86_400_000;
const clock = handClock();

/** As in a process of its own. */
const trail = (masterKeys: Uint8Array[] = [MASTER_KEY]) =>
  createAuditWork({ collections: store.collections, settings: settingsWith(), sealing: createSealing(masterKeys, 'audit'), clock });
type Trail = ReturnType<typeof trail>;

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
