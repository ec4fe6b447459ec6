import fc from 'fast-check';
import type { Rules } from '../../model-of-the-rules/rules';
import type { Device } from '../../model-of-the-rules/state';
import { anyOne, pick, speaker, step } from '../step';
import { VERSIONS } from '../world';

function versionFor(rules: Rules, device: Device, which: 'target' | 'same' | number): string | null {
  if (which === 'target') return rules.openTaskOf(device)?.batch.firmware.version ?? null;
  return which === 'same' ? device.version : pick(VERSIONS, which);
}

/** R-DEV-1, R-TASK-2, R-TASK-5, R-PKG-6. */
export const reportVersion = step({
  args: fc.tuple(anyOne, fc.oneof(fc.constantFrom('target' as const, 'same' as const), anyOne)),
  subject(rules, [place, which]) {
    const device = speaker(rules, place);
    const version = device && versionFor(rules, device, which);
    return device && version !== null ? { device, version } : null;
  },
  says: ({ device, version }) => `${device.name} reports version ${version}`,
  real: (world, { device, version }) => world.reportVersion(device, version).then(() => 'done'),
  rules: (rules, { device, version }) => rules.reportVersion(device, version),
});
