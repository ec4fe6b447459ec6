import { isUnstable, runningStreak } from '../../../schema/model/device/connection-streak';

const NOW = new Date('2026-01-01T01:00:00Z');
const before = (seconds: number) => new Date(NOW.getTime() - seconds * 1_000);
const device = (connections: number, changed: number | null) => ({
  streak: { since: before(300), connections, takeovers: 0 },
  onlineChangedAt: changed === null ? null : before(changed),
});

test.each([
  ['it has connected once', device(1, 1), false, false],
  ['it has connected twice', device(2, 1), true, false],
  ['it has connected five times, the last time a moment ago', device(5, 1), true, true],
  ['nothing happened for a minute', device(5, 60), true, true],
  ['nothing happened for longer', device(500, 61), false, false],
  ['nobody has counted', { onlineChangedAt: before(1) }, false, false],
  ['it has never connected', device(9, null), false, false],
])('R-DEV-2 a device is shown to connect again and again, or to be unstable, when %s', (_, of, shown, unstable) => {
  expect([runningStreak(of, NOW) !== null, isUnstable(of, NOW)]).toEqual([shown, unstable]);
});
