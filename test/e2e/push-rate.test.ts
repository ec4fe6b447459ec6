import { startUpdraft, type Updraft } from '../support/updraft';

const RATE = 600;
const DEVICES = 150;

/** Most pushes in any window of that length, in milliseconds. */
function most(times: number[], windowMs: number): number {
  return Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + windowMs).length));
}

describe('the push rate over the whole platform, in real minutes', () => {
  let updraft: Updraft;
  beforeAll(async () => {
    updraft = await startUpdraft();
  });
  afterAll(() => updraft.stop());

  test.each([
    ['LINK', '2.0.0'],
    ['IOTDA', '3.0.0'],
  ] as const)(
    'R-RATE-1 %s: over any 10 s at most rate / 6 + 1 devices are pushed, over any minute at most the rate',
    async (dialect, version) => {
      const deviceNames = Array.from({ length: DEVICES }, (_, index) => `${dialect}-${index}`);
      const fleet = await updraft.fleet(
        deviceNames.map((deviceName) => ({ deviceName, dialect })),
        { pacing: { skipDownload: true, rebootMs: null } },
      );
      await updraft.until(
        async () =>
          !(
            await updraft.core.devices.list(
              { productKey: updraft.productKey, namePrefix: dialect, online: false },
              { first: 1, after: null },
            )
          ).rows.length,
      );
      const only = { scope: { kind: 'targeted' as const, deviceNames } };
      const batch = await updraft.push(await updraft.package(version), { rate: { kind: 'constant', perMinute: RATE } }, only);
      const ends = Object.values(await updraft.settled(batch));
      expect(ends).toEqual(Array(DEVICES).fill('SUCCEEDED'));
      const times = (await updraft.tasks(batch)).map(({ notifiedAt }) => Number(notifiedAt));
      expect(most(times, 10_000)).toBeLessThanOrEqual(RATE / 6 + 1);
      expect(most(times, 60_000)).toBeLessThanOrEqual(RATE);
      await fleet.stop();
    },
  );
});
