import type { Viewer } from '../../core/access/viewer';
import { isActive, type Task } from '../../schema/model/task/task';
import type { Loaders } from '../loaders';

/**
 * R-DEV-7: a device that was deleted and registered again shares nothing with the one before, whose tasks are there still, under the same
 * name: an app does not see what has ended before its device was registered. Others see all of it.
 */
export async function isOfItsDevice({ role }: Pick<Viewer, 'role'>, task: Task, loaders: Pick<Loaders, 'device'>): Promise<boolean> {
  if (role !== 'APP' || isActive(task.status)) return true;
  const device = await loaders.device.load(task.deviceId);
  return device !== null && device.createdAt <= task.createdAt;
}
