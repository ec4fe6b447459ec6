import type { DeviceId } from '../../../schema/model/ids';
import { UserError } from '../../errors';
import type { Viewer } from '../viewer';

/** Null: whoever asks is no app, and lists are not limited to devices. */
export const ownDevices = ({ role, deviceIds = [] }: Viewer): readonly DeviceId[] | null => (role === 'APP' ? deviceIds : null);

/** Only apps may leave out the device: they mean all of theirs. Throws REQUIRED. */
export function requireNamedDevice(viewer: Viewer, deviceId: DeviceId | null | undefined): void {
  if (deviceId != null || viewer.role === 'APP') return;
  throw new UserError('REQUIRED', {
    field: 'deviceId',
    message: 'The device is missing. Only an app may leave it out, and means all devices of its owner.',
    hint: 'Give `deviceId`. For tasks of all devices use `tasks` and `taskChanges`.',
  });
}
