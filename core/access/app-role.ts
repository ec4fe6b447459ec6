import { type DeviceId, deviceOfTask, type TaskId } from '../../schema/model/ids';
import { UserError } from '../errors';
import { requireDevices } from './require-role';
import type { Viewer } from './viewer';

/** Where the operations below name devices and tasks. */
interface Named {
  id?: TaskId;
  deviceId?: DeviceId;
  filter?: { deviceId?: DeviceId | null } | null;
  input?: { taskIds?: readonly TaskId[] };
}

/** R-UI-4: everything an app may ask for, with the devices it is about. What is not here is refused, whatever is added to the API. */
const OF_AN_APP: ReadonlyMap<string, (args: Named) => readonly (DeviceId | null | undefined)[]> = new Map([
  // Its own name and role.
  ['Query.viewer', () => []],
  ['Query.unfinishedTasks', ({ deviceId }: Named) => [deviceId]],
  ['Query.task', ({ id }: Named) => [deviceOfTask(id ?? '')]],
  ['Query.tasks', ({ filter }: Named) => [filter?.deviceId]],
  ['Mutation.confirmTasks', ({ input }: Named) => (input?.taskIds ?? []).map(deviceOfTask)],
  ['Mutation.rejectTasks', ({ input }: Named) => (input?.taskIds ?? []).map(deviceOfTask)],
  ['Subscription.deviceTasks', ({ deviceId }: Named) => [deviceId]],
  ['Subscription.taskChanges', ({ filter }: Named) => [filter?.deviceId]],
]);

/** What keys that make tokens for apps may ask for. */
const OF_AN_ISSUER: ReadonlySet<string> = new Set(['Query.viewer', 'Mutation.createAppToken']);

/** For a key of the role APP there is such an operation at all. */
export const isOfAnApp = (operation: string): boolean => OF_AN_APP.has(operation);

/**
 * Lets a key of the role APP do only what is listed, and only for its own devices; other roles pass, and are checked by what they call.
 * `operation` is the parent type and the field, e.g. `Query.tasks`. Throws NOT_ALLOWED.
 */
export function requireOperation(viewer: Viewer, operation: string, args: object): void {
  if (viewer.role === 'ISSUER' && !OF_AN_ISSUER.has(operation)) throw notForIssuers();
  if (viewer.role !== 'APP') return;
  const devicesOf = OF_AN_APP.get(operation);
  if (devicesOf) {
    requireDevices(viewer, devicesOf(args), 'VIEWER');
    return;
  }
  throw new UserError('NOT_ALLOWED', {
    message: 'It is an app that asks: it may only query, follow, confirm and reject the tasks of its own devices.',
    hint: 'Use `unfinishedTasks`, `deviceTasks`, `confirmTasks` and `rejectTasks`, or a key of another role.',
  });
}

const notForIssuers = (): UserError =>
  new UserError('NOT_ALLOWED', {
    message: 'The key makes tokens for apps, and may do nothing else.',
    hint: 'Use `createAppToken`, or a key of another role.',
  });
