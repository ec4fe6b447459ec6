import type { DeviceId } from '../../../schema/model/ids';
import type { Viewer } from '../viewer';

/** The devices that an app is limited to. With an owner they are those that the owner had a moment ago; without one they stay the same. */
export interface DeviceScope {
  owner: string | null;
  deviceIds: readonly DeviceId[];
}

/** Null: whoever asks is no app, and not limited so. */
export const deviceScopeOf = ({ role, owner, deviceIds = [] }: Viewer): DeviceScope | null =>
  role === 'APP' ? { owner: owner ?? null, deviceIds } : null;
