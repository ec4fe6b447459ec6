import fc from 'fast-check';
import { createStrangers, networkOf } from '../../core/strangers';

test('R-SAFE-3 there are never more strangers than may be, and one that gives way is of the address that has most', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 8 }),
      fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.boolean()), { maxLength: 60 }),
      (most, steps) => {
        const strangers = createStrangers<object>(most);
        const there: { connection: object; address: string }[] = [];
        const count = (address: string) => there.filter((each) => each.address === address).length;
        for (const [number, leaves] of steps) {
          if (leaves && there.length > 0) strangers.delete(there.splice(0, 1)[0]?.connection ?? {});
          const connection = {};
          const address = `10.0.0.${number}`;
          const gone = strangers.add(connection, address);
          expect(gone !== null).toBe(there.length === most);
          if (gone !== null) {
            const index = there.findIndex((each) => each.connection === gone);
            const largest = Math.max(...there.map((each) => count(each.address)));
            expect(count(there[index]?.address ?? '')).toBe(largest);
            expect(there.findIndex((each) => each.address === there[index]?.address)).toBe(index);
            there.splice(index, 1);
          }
          there.push({ connection, address });
          expect(strangers.size).toBe(there.length);
        }
      },
    ),
  );
});

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:db8::1', '2001:db8:0:0'],
  ['::1', '0:0:0:0'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
  [undefined, 'unknown'],
])('R-SAFE-3 %s counts as %s: an IPv6 network is one subscriber’s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});
