import { createAuditWork } from '../../core/audit/work';
import { inCall } from '../../core/call';
import { createSealing } from '../../core/sealing';
import type { AuditEntry } from '../../schema/model/audit';
import type { Collections } from '../../schema/mongo/connect';
import { administrator, handClock, MASTER_KEY, operator, refusal, settingsWith } from '../support/core-parts';
import { useStore } from '../support/store';

const store = useStore();
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
const problemsOf = async ({ work }: Trail, head?: { segment: number; hash: string }) => (await work.verify(head)).problems;
const some = async (filter: object = {}): Promise<AuditEntry> => {
  const [entry] = await store.collections.auditEntries.find(filter).sort({ _id: 1 }).limit(1).toArray();
  if (!entry) throw new Error('There is no such entry.');
  return entry;
};

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

    const [at, keptFor] = [clock(), { issuer: 'https://id.example', subject: 's', role: 'OPERATOR', products: null } as const];
    const listed = { _id: person.actorId, name: 'Ann Example', ...keptFor, firstSeenAt: at, lastSeenAt: at, blockedAt: at };
    await store.collections.people.insertOne(listed);
    expect(await audit.service.forgetPerson(administrator, person.actorId)).toBe(pseudonym);
    // The list of people goes on having who is blocked, without the name.
    expect(await store.collections.people.findOne()).toEqual({ ...listed, name: 'Forgotten' });
    await store.collections.people.deleteMany({});
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
        [['2001:db8:0:0'], 980],
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
