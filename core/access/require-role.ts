import type { DeviceId } from '../../schema/model/ids';
import { UserError } from '../errors';
import type { Role, Viewer } from './viewer';

/** An administrator may what an operator may, and an operator what a viewer may; apps and issuers may what `permissions/` lists for them, and nothing else. */
const RANK: Record<Role, number> = { ADMINISTRATOR: 3, OPERATOR: 2, VIEWER: 1, APP: 0, ISSUER: 0 };

/** Throws NOT_ALLOWED. */
export function requireRole(viewer: Viewer, needed: Role): void {
  if (RANK[viewer.role] >= RANK[needed]) return;
  throw new UserError('NOT_ALLOWED', {
    message: `This needs the role ${needed}; the key's role is ${viewer.role}.`,
    hint: `Use the key of ${needed === 'ADMINISTRATOR' ? 'an administrator' : 'an operator or administrator'}, or ask an administrator for one.`,
  });
}

/** For what concerns single devices: `needed`, or the app whose devices they are. Throws NOT_ALLOWED. */
export function requireDevices(viewer: Viewer, deviceIds: readonly (DeviceId | null | undefined)[], needed: Role): void {
  if (viewer.role !== 'APP') {
    requireRole(viewer, needed);
    return;
  }
  const own = new Set<string | null | undefined>(viewer.deviceIds);
  if (deviceIds.every((id) => own.has(id))) return;
  throw new UserError('NOT_ALLOWED', {
    message: 'It is an app that asks: it may see and decide only about its own devices and their tasks.',
    hint: 'Name one of its devices, or have the device given to its owner (`setDeviceOwners`).',
  });
}
