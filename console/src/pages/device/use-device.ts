import type { Result } from '@updraft/client';
import { useEffect, useRef, useState } from 'react';
import { platform } from '../../app/platform';
import {
  DeviceNowDocument,
  type DeviceTaskFragment,
  FollowDeviceDocument,
  FollowDeviceItselfDocument,
  OlderTasksDocument,
  ShowDeviceDocument,
  type ShownDeviceFragment,
} from '../../generated/pages/device/documents';
import { readPersistently } from '../../live/read-persistently';
import { useLive } from '../../live/use-live';
import { useSoon } from '../../live/use-soon';

interface State {
  /** Null: there is none. */
  readonly device: ShownDeviceFragment | null;
  /** The latest first. */
  readonly tasks: readonly DeviceTaskFragment[];
  /** Where older ones begin. */
  readonly older: string | null;
  /** So often a task has changed: versions and presence may have as well, and no event brings those. */
  readonly changes: number;
  /** Of these, as many as the last reading has seen for certain. */
  readonly read: number;
}

/** So long after a change the device is read again: once for a stream of them. */
const READ_AGAIN_MS = 1_000;
/** The history of its presence is a few seconds behind its presence, and no event brings it. */
const HISTORY_BEHIND_MS = 4_000;

export function useDevice(deviceId: string) {
  const [readingOlder, setReadingOlder] = useState(false);
  const live = useLive({
    key: deviceId,
    load: () => read(deviceId),
    subscription: FollowDeviceDocument,
    variables: { deviceId },
    all: (state: State) => state,
    event(state, { deviceTasks: change }) {
      if (change.__typename !== 'TaskChange') return state;
      return { ...state, tasks: withTask(state.tasks, change.task), changes: state.changes + 1 };
    },
  });
  const { state, change } = live;

  const left = useRef(new AbortController());
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was asked about one device is not for the page of the next.
  useEffect(() => {
    const ended = new AbortController();
    left.current = ended;
    return () => ended.abort();
  }, [deviceId]);
  const refresh = async (): Promise<void> => {
    const asked = state?.device;
    const seen = state?.changes ?? 0;
    const found = await readPersistently(DeviceNowDocument, { id: deviceId }, left.current.signal);
    if (!found) return;
    // An event that came meanwhile may know more than this answer.
    const answered = (before: State) => before.device === asked && { device: found.device };
    change((before) => ({ ...before, ...answered(before), read: Math.min(seen, before.changes) }));
  };
  const { changes, read: known } = state ?? { changes: 0, read: 0 };
  const readAgain = useSoon(refresh, READ_AGAIN_MS);
  useEffect(() => {
    if (changes > known) readAgain();
  }, [changes, known, readAgain]);
  useHistoryOf(state?.device?.onlineChangedAt, refresh);

  useItself(deviceId, state !== null, change);

  const readOlder = async (): Promise<void> => {
    if (readingOlder || !state?.older) return;
    setReadingOlder(true);
    const result = await platform.query(OlderTasksDocument, { id: deviceId, after: state.older });
    setReadingOlder(false);
    if (!result.ok) return;
    const { edges = [], pageInfo } = result.data.device?.tasks ?? {};
    change((before) => ({
      ...before,
      tasks: [...before.tasks, ...edges.map(({ node }) => node).filter(({ id }) => !before.tasks.some((task) => task.id === id))],
      older: pageInfo?.hasNextPage ? pageInfo.endCursor : null,
    }));
  };

  return { ...live, refresh, readOlder, readingOlder };
}

/** Reads once more when the history has what was last heard of the presence: each change of it is waited for anew. */
function useHistoryOf(presenceSince: string | null | undefined, refresh: () => Promise<void>): void {
  const latest = useRef(refresh);
  useEffect(() => {
    latest.current = refresh;
  });
  useEffect(() => {
    if (!presenceSince) return;
    const timer = setTimeout(() => void latest.current(), HISTORY_BEHIND_MS);
    return () => clearTimeout(timer);
  }, [presenceSince]);
}

async function read(id: string): Promise<Result<State>> {
  const result = await platform.query(ShowDeviceDocument, { id });
  if (!result.ok) return result as Result<never>;
  const { device } = result.data;
  const { edges = [], pageInfo } = device?.tasks ?? {};
  const older = pageInfo?.hasNextPage ? pageInfo.endCursor : null;
  return { ok: true, data: { device, tasks: edges.map(({ node }) => node), older, changes: 0, read: 0 } };
}

function withTask(tasks: readonly DeviceTaskFragment[], task: DeviceTaskFragment): readonly DeviceTaskFragment[] {
  const at = tasks.findIndex(({ id }) => id === task.id);
  return at === -1 ? [task, ...tasks] : tasks.with(at, task);
}

/** What others change of it, and whether it is on-line; also what was told of it before it was read for the first time. */
function useItself(deviceId: string, isRead: boolean, change: (next: (state: State) => State) => void): void {
  const { state } = useLive({
    key: deviceId,
    load: async (): Promise<Result<null>> => ({ ok: true, data: null }),
    subscription: FollowDeviceItselfDocument,
    variables: { filter: { ids: [deviceId] } },
    all: (): { device?: ShownDeviceFragment | null } => ({}),
    event: (before, { deviceChanges: event }) => (event.__typename === 'DeviceChange' ? { device: event.device } : before),
  });
  const device = state?.device;
  useEffect(() => {
    if (device !== undefined && isRead) change((before) => ({ ...before, device }));
  }, [device, isRead, change]);
}
