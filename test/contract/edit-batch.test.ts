import type { CoreParts } from '../../core/core-parts';
import type { DeviceLink, Notification } from '../../core/ports';
import type { BatchPolicy, VariableRate } from '../../schema/model/batch/batch';
import { aPackage } from '../support/builders';
import { handClock, operator, refusal, spectator } from '../support/core-parts';
import { meters, named } from '../support/meters';
import { quietEngine } from '../support/quiet-engine';
import { useStore } from '../support/store';

const clock = handClock();
const woken: string[] = [];
const engine = quietEngine({
  wakeBatch: (batchId) => void woken.push(batchId),
});
const VARIABLE: VariableRate = { kind: 'variable', base: 10, factor: 2, maximum: 100, threshold: { of: 'notified', count: 5 } };
const names = ['dev-a', 'dev-b', 'dev-c', 'dev-d'];

const store = useStore();
let parts: CoreParts;
let sent: Notification[];
let link: DeviceLink;
beforeEach(async () => {
  parts = await meters({ store, engine, clock }, named(names));
  for (const name of names) await parts.core.devices.connected(`meter.${name}`, 'gw-1', `session-${name}`);
  await store.collections.packages.insertOne(aPackage({ productKey: 'meter' }));
  sent = [];
  woken.length = 0;
  link = {
    gatewayId: 'gw-1',
    isConnected: () => true,
    notify: async (notification) => {
      sent.push(notification);
      return true;
    },
    queryVersion: async () => true,
  };
});

async function running(policy: Partial<BatchPolicy> = {}): Promise<string> {
  const rate = { kind: 'constant', perMinute: 600 } as const;
  const { _id } = await parts.core.batches.createStatic(operator, {
    packageId: 'package1',
    scope: { kind: 'all' },
    policy: { rate, retry: null, timeoutMinutes: null, ...policy },
  });
  await parts.lifecycle.select(_id);
  return _id;
}
const update = (id: string, edit: Parameters<CoreParts['core']['batches']['update']>[2]) => parts.core.batches.update(operator, id, edit);
const perMinute = (value: number) => ({ rate: { kind: 'constant' as const, perMinute: value } });
const taskIds = (batchId: string) => names.map((name) => `${batchId}.meter.${name}`);

describe('R-BAT-16 edits of a running batch', () => {
  test('R-BAT-16 R-RATE-1 the next window is paced by the new rate, and the edit is on record', async () => {
    const id = await running();
    expect(await parts.lifecycle.pushRate(id)).toEqual({ ...perMinute(600), policyRevision: 0 });
    woken.length = 0;
    const edited = await update(id, perMinute(60));
    expect(edited).toMatchObject({
      policy: perMinute(60),
      policyRevision: 1,
      edits: [{ at: clock(), by: operator.actorId, fields: ['rate'] }],
    });
    expect(await parts.lifecycle.pushRate(id)).toEqual({ ...perMinute(60), policyRevision: 1 });
    expect(await parts.core.batches.askedRate(edited)).toBe(60);
    expect(woken).toEqual([id]);
  });

  test('R-BAT-16 what a window of the old rate has not pushed yet stays where it is; the next one pushes it', async () => {
    const id = await running();
    const push = parts.pushOver(link);
    await update(id, perMinute(10_000));
    expect(await push({ batchId: id, taskIds: taskIds(id), intervalMs: 1, policyRevision: 0 })).toBe(0);
    expect(sent).toEqual([]);
    expect(await push({ batchId: id, taskIds: taskIds(id), intervalMs: 1, policyRevision: 1 })).toBe(names.length);
  });

  test('R-BAT-16 an edit in the middle of a window ends it', async () => {
    const id = await running();
    let edited = 0;
    const editing: DeviceLink = {
      ...link,
      notify: async (notification) => {
        if (edited++ === 0) await update(id, perMinute(10));
        return link.notify(notification);
      },
    };
    const pushed = await parts.pushOver(editing)({ batchId: id, taskIds: taskIds(id), intervalMs: 200, policyRevision: 0 });
    expect(pushed).toBe(1);
    expect(await store.collections.tasks.countDocuments({ batchId: id, status: 'QUEUED' })).toBe(names.length - 1);
  });

  test('R-BAT-16 R-BAT-17 tags go with later notifications, pushed or asked for', async () => {
    const id = await running({ tags: [{ key: 'wave', value: '1' }] });
    const push = parts.pushOver(link);
    const [first = '', second = ''] = taskIds(id);
    await push({ batchId: id, taskIds: [first], intervalMs: 1 });
    await update(id, { tags: [{ key: 'wave', value: '2' }] });
    await push({ batchId: id, taskIds: [second], intervalMs: 1 });
    expect(sent.map(({ tags }) => tags)).toEqual([[{ key: 'wave', value: '1' }], [{ key: 'wave', value: '2' }]]);
    await update(id, { tags: [] });
    expect(await parts.core.tasks.requested('meter.dev-c', 'default')).toMatchObject({ tags: [] });
  });

  test('R-BAT-16 R-RATE-2 the values of a variable rate', async () => {
    const id = await running({ rate: VARIABLE });
    const rate = { ...VARIABLE, base: 20, threshold: { of: 'succeeded', count: 7 } } as const;
    expect(await update(id, { rate })).toMatchObject({ policy: { rate } });
  });

  test('R-BAT-16 repeating an edit changes and records nothing', async () => {
    const id = await running();
    const edit = { ...perMinute(60), tags: [{ key: 'a', value: 'b' }] };
    const first = await update(id, edit);
    clock.advance(1_000);
    expect(await update(id, edit)).toEqual(first);
    expect(first.edits).toEqual([expect.objectContaining({ fields: ['rate', 'tags'] })]);
  });

  test('R-BAT-16 of edits at the same instant each has its effect, and the last 50 are kept', async () => {
    const id = await running();
    await Promise.all([update(id, perMinute(60)), update(id, { tags: [{ key: 'a', value: 'b' }] })]);
    const batch = await parts.core.batches.get(id);
    expect(batch).toMatchObject({ policy: { ...perMinute(60), tags: [{ key: 'a', value: 'b' }] }, policyRevision: 2 });
    for (let n = 0; n < 50; n++) await update(id, perMinute(100 + n));
    const { edits = [], policyRevision } = (await parts.core.batches.get(id)) ?? {};
    expect([edits.length, policyRevision]).toEqual([50, 52]);
  });

  test.each<[string, Partial<BatchPolicy>, Parameters<typeof update>[1], { code: string; field: string }[]]>([
    ['from constant to variable', {}, { rate: VARIABLE }, [{ code: 'RATE_KIND_FIXED', field: 'pushRate' }]],
    ['from variable to constant', { rate: VARIABLE }, perMinute(60), [{ code: 'RATE_KIND_FIXED', field: 'pushRate' }]],
    ['to a rate of 9', {}, perMinute(9), [{ code: 'OUT_OF_RANGE', field: 'pushRate.perMinute' }]],
    [
      'to a base above its maximum',
      { rate: VARIABLE },
      { rate: { ...VARIABLE, base: 101 } },
      [{ code: 'RATE_BASE_ABOVE_MAXIMUM', field: 'pushRate.variable.base' }],
    ],
    ['of the rate where nothing is pushed', { proactivePush: false }, perMinute(60), [{ code: 'RATE_UNUSED', field: 'pushRate' }]],
    [
      'of tags and rate, both wrong',
      {},
      { ...perMinute(9), tags: [{ key: '_', value: '' }] },
      [
        { code: 'OUT_OF_RANGE', field: 'pushRate.perMinute' },
        { code: 'TAG_KEY', field: 'tags.0.key' },
      ],
    ],
    ['of nothing', {}, {}, [{ code: 'REQUIRED', field: 'batchId' }]],
  ])('R-BAT-16 an edit %s is refused, and nothing is changed', async (_name, policy, edit, expected) => {
    const id = await running(policy);
    const before = await parts.core.batches.get(id);
    expect(await refusal(update(id, edit))).toEqual(expected);
    expect(await parts.core.batches.get(id)).toEqual(before);
  });

  test.each(['FINISHED', 'CANCELED', 'FAILED'] as const)('R-BAT-16 a batch that is %s is not edited', async (status) => {
    const id = await running();
    await parts.lifecycle.setStatus(id, status);
    await store.collections.batches.updateOne({ _id: id }, { $set: { status } });
    expect(await refusal(update(id, perMinute(60)))).toEqual([{ code: 'BATCH_STATE', field: 'batchId' }]);
  });

  test('R-BAT-16 a batch that does not exist, or a viewer, is refused', async () => {
    expect(await refusal(update('none', perMinute(60)))).toEqual([{ code: 'BATCH_UNKNOWN', field: 'batchId' }]);
    const id = await running();
    expect(await refusal(parts.core.batches.update(spectator, id, perMinute(60)))).toEqual([
      expect.objectContaining({ code: 'NOT_ALLOWED' }),
    ]);
  });
});
