import fc from 'fast-check';
import { anyOne, pick, step } from '../step';
import { FIRMWARES, OPERATOR } from '../world';

/** R-BAT-18: what a device has open of a package, in whichever batch. */
export const cancelOfDevice = step({
  args: fc.tuple(anyOne, anyOne),
  subject({ devices }, [place, which]) {
    const device = pick(
      devices.filter(({ exists }) => exists),
      place,
    );
    const firmware = pick(FIRMWARES, which);
    return device && firmware && { device, firmware };
  },
  says: ({ device, firmware }) => `what ${device.name} has open of ${firmware.version} is canceled`,
  real: (world, { device, firmware }) =>
    world.core.tasks
      .cancel(OPERATOR, { packageId: world.packageIdOf(firmware), deviceIds: [world.idOf(device)] })
      .then(({ canceled }) => canceled),
  rules: (rules, { device, firmware }) => rules.cancelOf(device, firmware),
});
