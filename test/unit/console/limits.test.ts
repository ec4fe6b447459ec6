import { OPERATING_LIMITS } from '../../../api/system/operating-limits';
import { LIMIT_SECTIONS } from '../../../console/src/pages/limits/sections';
import { FIXED_LIMITS, LIMITS } from '../../../schema/model/limits';

test('R-UI-3 the page of limits shows every limit of the API, each once', () => {
  const shown = Object.values(LIMIT_SECTIONS).flatMap((section) => Object.keys(section));
  expect(shown.sort()).toEqual([...Object.keys(LIMITS), ...Object.keys(FIXED_LIMITS), ...Object.keys(OPERATING_LIMITS)].sort());
});
