import type { Result } from '@updraft/client';
import { platform } from '../../app/platform';
import {
  FollowMyTasksDocument,
  MyDevicesDocument,
  type MyDevicesQuery,
  type MyTaskFragment,
  MyUnfinishedDocument,
} from '../../generated/pages/my/documents';
import { useLive } from '../../live/use-live';
import { readAll } from '../../live/use-pages';

export type MyDevice = NonNullable<MyDevicesQuery['devices']>['edges'][number]['node'];

interface Read {
  readonly devices: readonly MyDevice[];
  readonly tasks: readonly MyTaskFragment[];
}

export interface My {
  readonly devices: readonly MyDevice[];
  /** What is under way, and what has ended while the page was open. By id. */
  readonly tasks: ReadonlyMap<string, MyTaskFragment>;
}

async function read(): Promise<Result<Read>> {
  const devices = await readAll(
    (after) => platform.query(MyDevicesDocument, { after }),
    (data) => data.devices,
  );
  if (!devices.ok) return devices as Result<never>;
  const tasks = await readAll(
    (after) => platform.query(MyUnfinishedDocument, { after }),
    (data) => data.unfinishedTasks,
  );
  return tasks.ok ? { ok: true, data: { devices: devices.data, tasks: tasks.data } } : (tasks as Result<never>);
}

const isOver = ({ status }: MyTaskFragment): boolean => status === 'SUCCEEDED' || status === 'FAILED' || status === 'CANCELED';
const byId = (tasks: readonly MyTaskFragment[]): [string, MyTaskFragment][] => tasks.map((task) => [task.id, task]);

/** A device with what a task says of it, which is newer than what was read with the list. */
function withTask(devices: readonly MyDevice[], { deviceId, device }: MyTaskFragment): readonly MyDevice[] {
  if (!device) return devices;
  return devices.map((one) => (one.id === deviceId ? { ...one, online: device.online, modules: device.modules } : one));
}

/** The devices of whoever is here, and their updates as they go. */
export function useMy() {
  return useLive({
    key: 'my',
    load: read,
    subscription: FollowMyTasksDocument,
    variables: {},
    all: ({ devices, tasks }, before: My | null): My => {
      const own = new Set(devices.map(({ id }) => id));
      // How an update has ended stays in view, until the page is opened again.
      const ended = [...(before?.tasks.values() ?? [])].filter((task) => isOver(task) && own.has(task.deviceId));
      return { devices, tasks: new Map([...byId(ended), ...byId(tasks)]) };
    },
    event(state, { deviceTasks: change }) {
      if (change.__typename !== 'TaskChange') return state;
      const { task } = change;
      return { devices: withTask(state.devices, task), tasks: new Map([...state.tasks, [task.id, task]]) };
    },
  });
}
