import fc from 'fast-check';
import { type Generations, holds, type Proof, provenBy } from '../../schema/model/device/generations';
import { aDevice } from '../support/builders';
import { useStore } from '../support/store';

const store = useStore();

const value = fc.constantFrom('a', 'b');
const maybe = fc.option(value, { nil: undefined });
const device = fc
  .record({
    registration: maybe,
    secret: maybe,
    certificates: maybe,
    binding: maybe,
    parentId: maybe,
    fingerprints: fc.subarray(['a', 'b']),
  })
  .map(({ parentId, fingerprints, ...generations }) => ({
    generations: Object.fromEntries(Object.entries(generations).filter(([, each]) => each !== undefined)) as Generations,
    ...(parentId && { parentId }),
    ...(fingerprints.length > 0 && { certificates: fingerprints }),
  }));
const nullable = fc.option(value);
const proof: fc.Arbitrary<Proof> = fc.oneof(
  fc.record({ registration: nullable, secret: nullable }),
  fc.record({ registration: nullable, secret: nullable, certificate: value }),
  fc.record({ registration: nullable, gateway: value, binding: nullable }),
);

const { _id: _, ...A_DEVICE } = aDevice({ deviceId: 'pk01.a', productKey: 'pk01', deviceName: 'a' });

test('R-SAFE-2 whether a proof holds is the same for the model and for the store, whatever is absent', async () => {
  const { devices } = store.collections;
  await fc.assert(
    fc.asyncProperty(device, proof, async (stored, shown) => {
      await devices.replaceOne({ _id: 'pk01.a' }, { ...A_DEVICE, ...stored }, { upsert: true });
      const found = await devices.findOne({ _id: 'pk01.a', ...provenBy(shown) });
      expect(found !== null).toBe(holds(shown, stored));
    }),
    { numRuns: 300 },
  );
});
