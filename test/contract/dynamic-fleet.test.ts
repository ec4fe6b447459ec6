import fc from 'fast-check';
import type { Batch } from '../../schema/model/batch/batch';
import { type Ends, type ReferenceBatch, ReferenceDevice, type Step } from '../support/dynamic-reference';
import { type DynamicWorld, dynamicWorld } from '../support/dynamic-world';
import { useStore } from '../support/store';

const DEVICES = 500;
const STEPS = 8;
const AT_ONCE = 100;

/** The newest first. */
const REFERENCE: readonly ReferenceBatch[] = [
  { name: 'group', base: 'GROUP', sources: ['1.0.0', '1.1.0'], target: '3.0.0' },
  { name: 'version', base: 'VERSION', sources: ['1.0.0', '1.2.0'], target: '2.0.0' },
];

const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.constantFrom('1.0.0', '1.1.0', '1.2.0', '2.0.0', '3.0.0').map((version): Step => ({ kind: 'report', version })),
  },
  { weight: 3, arbitrary: fc.constant<Step>({ kind: 'fail' }) },
  { weight: 2, arbitrary: fc.constant<Step>({ kind: 'join' }) },
  { weight: 2, arbitrary: fc.constant<Step>({ kind: 'leave' }) },
);
/** The same each time. One device does nothing but match and fail. */
const scripts: Step[][] = [
  Array.from({ length: 22 }, (_, index): Step => (index % 2 === 0 ? { kind: 'report', version: '1.0.0' } : { kind: 'fail' })),
  ...fc.sample(fc.array(step, { minLength: STEPS, maxLength: STEPS }), { seed: 20_210_401, numRuns: DEVICES - 1 }),
];

const store = useStore({ keepsDocuments: true });
let world: DynamicWorld;

test('R-BAT-1 R-BAT-8 R-BAT-9 R-BAT-10 R-BAT-15 over 500 devices that join, report, fail, leave and rejoin, each task ends as the rules say', async () => {
  const names = scripts.map((_, index) => `dev-${index}`);
  const reference = scripts.map(() => new ReferenceDevice(REFERENCE));
  world = await dynamicWorld(store, names);
  const group = await world.group('g');
  await world.addPackage('version');
  await world.addPackage('group', { version: '3.0.0' });
  const batches: Record<string, Batch> = {
    version: await world.create('version', { sourceVersions: [...(REFERENCE[1]?.sources ?? [])] }),
    group: await world.create('group', {
      scope: { kind: 'group', groupId: group, groupIds: [] },
      sourceVersions: [...(REFERENCE[0]?.sources ?? [])],
    }),
  };

  for (let turn = 0; turn < 22; turn++) {
    const doing = (kind: Step['kind']) => names.filter((_, index) => scripts[index]?.[turn]?.kind === kind);
    const [joining, leaving] = [doing('join'), doing('leave')];
    if (joining.length > 0) await world.join(group, ...joining);
    if (leaving.length > 0) await world.leave(group, ...leaving);
    world.later();
    for (let start = 0; start < names.length; start += AT_ONCE) {
      await Promise.all(names.slice(start, start + AT_ONCE).map((name, index) => act(name, scripts[start + index]?.[turn])));
    }
    reference.forEach((device, index) => {
      const next = scripts[index]?.[turn];
      if (next) device.step(next, turn);
    });
  }
  const expected = reference.map((device) => device.ends());
  expect(await endsOf(batches, names)).toEqual(expected);
  expect(expected[0]).toEqual({ version: { status: 'FAILED', matches: 10 } });

  for (const { _id } of Object.values(batches)) await world.parts.lifecycle.scan(_id);
  expect(await endsOf(batches, names)).toEqual(expected);
  expect(await store.collections.tasks.countDocuments({ active: true })).toBe(
    expected.flatMap((ends) => Object.values(ends)).filter(({ status }) => status === 'QUEUED').length,
  );
});

async function act(name: string, next: Step | undefined): Promise<void> {
  if (next?.kind === 'report') {
    await world.core.tasks.report(world.idOf(name), { kind: 'version', module: 'default', version: next.version });
  }
  if (next?.kind !== 'fail') return;
  const task = await store.collections.tasks.findOne({ deviceId: world.idOf(name), active: true });
  if (task) await world.parts.upgradeTasks.timeOut(task._id);
}

async function endsOf(batches: Record<string, Batch>, names: readonly string[]): Promise<Ends[]> {
  const ends = new Map(names.map((name) => [name, {} as Ends]));
  for (const [name, { _id }] of Object.entries(batches)) {
    for await (const { deviceName, status, matches } of store.collections.tasks.find({ batchId: _id })) {
      const own = ends.get(deviceName);
      if (own) own[name] = { status: status as 'QUEUED', matches: matches ?? 1 };
    }
  }
  return [...ends.values()];
}
