import fc from 'fast-check';
import { systemClock } from '../../core/clock';
import { createDeviceService } from '../../core/devices/service';
import { createIdLookup } from '../../core/devices/stored-ids';
import { NO_MEMBERSHIPS } from '../../core/memberships/memberships';
import { operator, SEALING, settingsWith } from '../support/core-parts';
import { useStore } from '../support/store';

const store = useStore({ keepsDocuments: true });

test('R-DEV-6 devices that are there are found, whether the ids asked for are near to each other or far', async () => {
  await store.collections.products.insertOne({ _id: 'idsA', name: 'Meters', dialect: 'LINK', createdAt: new Date() });
  const even = Array.from({ length: 300 }, (_, index) => `dev-${String(2 * index).padStart(3, '0')}`);
  const devices = createDeviceService({
    store,
    settings: settingsWith(),
    clock: systemClock,
    sealing: SEALING,
    versionCounts: { remove: async () => 0 },
    memberships: NO_MEMBERSHIPS,
  });
  await devices.register(
    operator,
    'idsA',
    even.map((deviceName) => ({ deviceName })),
  );
  const lookup = createIdLookup(store.collections.devices);
  const id = (index: number): string => `idsA.dev-${String(index).padStart(3, '0')}`;
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 650 }), { maxLength: 40 }), fc.boolean(), async (asked, isNear) => {
      const numbers = isNear ? asked.map((_, index) => (asked[0] ?? 0) + index) : asked;
      const found = await lookup(numbers.map(id));
      for (const number of numbers) expect([number, found.has(id(number))]).toEqual([number, number % 2 === 0 && number < 600]);
    }),
    { numRuns: 60 },
  );
});
