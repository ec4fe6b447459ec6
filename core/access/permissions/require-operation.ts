import { UserError } from '../../errors';
import { requireDevices, requireRole } from '../require-role';
import type { Role, Viewer } from '../viewer';
import { OPERATIONS, type Permission, type Root } from './operations';

/** Throws for an operation that nobody has decided on: the table is in `operations.ts`. */
export function permissionOf(root: Root, name: string): Permission {
  const permission = OPERATIONS[root][name];
  if (permission) return permission;
  throw new Error(`Nobody has decided who may use ${root}.${name}: add a row for it in core/access/permissions/operations.ts.`);
}

/** Lets do an operation those who may, and an app only what is about its own devices. Throws NOT_ALLOWED. */
export function requireOperation(viewer: Viewer, { least, devices }: Permission, args: object): void {
  if (least === 'EVERYBODY') return;
  if (least === 'ISSUER') {
    requireIssuer(viewer);
    return;
  }
  if (viewer.role === 'ISSUER') throw notForIssuers();
  if (least === 'APP') {
    requireOwner(viewer);
    return;
  }
  if (viewer.role !== 'APP') {
    requireRole(viewer, least);
    return;
  }
  if (!devices) throw notForApps();
  requireDevices(viewer, devices(args), least);
}

/** Throws NOT_ALLOWED. */
export function requireIssuer({ role }: Viewer): void {
  if (role === 'APP') throw notForApps();
  if (role !== 'ISSUER') throw notAnIssuer(role);
}

/** Of the app that asks; keys that name devices have none. Throws NOT_ALLOWED. */
export function requireOwner({ role, owner }: Viewer): string {
  if (role !== 'APP') throw notAnApp(role);
  if (owner === undefined) throw noOwner();
  return owner;
}

export const notForApps = (): UserError =>
  new UserError('NOT_ALLOWED', {
    message:
      'It is an app that asks: it may only see its own devices and what it is asked to confirm, and follow, confirm, reject and defer their tasks.',
    hint: 'Use `devices`, `unfinishedTasks`, `deviceTasks`, `confirmTasks`, `rejectTasks` and `deferTasks`, or a key of another role.',
  });

const notForIssuers = (): UserError =>
  new UserError('NOT_ALLOWED', {
    message: 'The key makes tokens for apps, and may do nothing else.',
    hint: 'Use `createAppToken`, or a key of another role.',
  });

const notAnApp = (role: Role): UserError =>
  new UserError('NOT_ALLOWED', {
    message: `Only the app of an owner redeems pairing codes; this has the role ${role}.`,
    hint: 'Use a token of the user, or set the owner with `setDeviceOwners`.',
  });

const noOwner = (): UserError =>
  new UserError('NOT_ALLOWED', {
    message: 'The key of the app names devices and no owner, so nobody can get a device by it.',
    hint: 'Use a token of the user: of your identity provider, or by `createAppToken`. An operator sets owners with `setDeviceOwners`.',
  });

const notAnIssuer = (role: Role): UserError =>
  new UserError('NOT_ALLOWED', {
    message: `Only a key of the role ISSUER makes tokens for apps; this one has the role ${role}.`,
    hint: 'Ask an administrator for a key of the role ISSUER, and use it for this alone.',
  });
