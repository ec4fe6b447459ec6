import fc from 'fast-check';
import { anyOne, speaker, step } from '../step';

/** R-TASK-10: what the steps -1 to -4 mean. */
const CAUSES = [
  'FIRMWARE_UPDATE_FAILED',
  'DOWNLOAD_FAILED',
  'INTEGRITY_CHECK_FAILURE_FOR_NEW_DOWNLOADED_PACKAGE',
  'PACKAGE_INSTALLATION_FAILURE',
] as const;

/** R-TASK-5. */
export const reportFailure = step({
  args: fc.tuple(anyOne, fc.constantFrom(...CAUSES)),
  subject(rules, [place, cause]) {
    const device = speaker(rules, place);
    return device && { device, cause };
  },
  says: ({ device, cause }) => `${device.name} reports ${cause}`,
  real: (world, { device, cause }) =>
    world.core.tasks.report(world.idOf(device), { kind: 'failed', module: 'default', cause, text: null }).then(() => 'done'),
  rules: (rules, { device, cause }) => rules.reportFailure(device, cause),
});
