import { laterChoices } from '../../../console/src/pages/my/later';

const at = (text: string) => new Date(text);
const names = (now: string, latest: string) => laterChoices(at(now), at(latest)).map(({ name }) => name);

test.each<[string, string, string, string[]]>([
  ['the morning', '2026-12-01T09:00', '2026-12-20T00:00', ['hour', 'evening', 'morning', 'week']],
  ['the evening, when "this evening" is over', '2026-12-01T19:45', '2026-12-20T00:00', ['hour', 'morning', 'week']],
  ['an end in two days', '2026-12-01T09:00', '2026-12-03T00:00', ['hour', 'evening', 'morning']],
  ['an end in half an hour', '2026-12-01T09:00', '2026-12-01T09:30', []],
])('R-TASK-12 in %s "later" offers what is far enough away and allowed', (_, now, latest, expected) => {
  expect(names(now, latest)).toEqual(expected);
});
