import { useEffect, useMemo, useReducer } from 'react';
import { platform } from '../../app/platform';
import { onReturn } from '../../app/session/session';
import {
  DeviceCountsDocument,
  type DeviceFilterInput,
  FollowDevicesDocument,
  type SortOrder,
} from '../../generated/pages/devices/documents';
import { useLive } from '../../live/use-live';
import { useLoaded } from '../../live/use-loaded';
import type { DeviceFilter } from './filter';
import { createReader, type Reader } from './reader';

/** A fleet of so many is followed as a whole, so that who comes is told; of a larger one only those in sight are. */
const SMALL_FLEET = 1_000;

export interface Devices extends Reader {
  /** How many fit; null: more than are counted, or not known yet. */
  readonly total: number | null;
}

/** The devices that fit, page by page as they come into sight, as they are now. */
export function useDevices(filter: DeviceFilter, order: SortOrder): Devices {
  const key = JSON.stringify([order, filter]);
  const [, paint] = useReducer((count: number) => count + 1, 0);
  const reader = useMemo(() => {
    const [given, of] = JSON.parse(key) as [SortOrder, DeviceFilter];
    return createReader(of, given);
  }, [key]);
  useEffect(() => reader.start(paint), [reader]);
  useEffect(() => onReturn(reader.reload), [reader]);

  const ofProduct = filter.productKey ? { productKey: filter.productKey } : null;
  const counts = useLoaded(`counts of devices ${key} ${reader.generation}`, (signal) =>
    platform.query(DeviceCountsDocument, { filter: filter as DeviceFilterInput, fleet: ofProduct }, { signal }),
  );
  const fleet = counts.data?.fleet?.totalCount ?? null;
  const isSmall = fleet !== null && fleet <= SMALL_FLEET;
  const followed = reader.followed();
  const isReady = followed.length > 0 && (counts.data !== null || counts.problems.length > 0);
  const ids = isSmall ? null : followed.flatMap((page) => (reader.pages.rowsOf(page) ?? []).map(({ id }) => id));
  useLive({
    key: isReady ? `${key} ${reader.generation} ${isSmall || followed.join()}` : null,
    load: async () => {
      await reader.refresh(reader.inSight());
      return { ok: true as const, data: null };
    },
    subscription: FollowDevicesDocument,
    variables: { filter: ids ? { ids } : ofProduct },
    // What is shown is in the reader: this only says that it has changed.
    all: (_none, before: number | null) => (before ?? 0) + 1,
    event: (count, { deviceChanges: change }) =>
      change.__typename === 'DeviceChange' && reader.changed(change.id, change.device) ? count + 1 : count,
  });
  return Object.assign(reader, { total: counts.data?.fitting?.totalCount ?? null });
}
