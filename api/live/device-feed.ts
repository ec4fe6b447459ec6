import { type DeviceId, productKeyOf } from '../../schema/model/ids';
import type { StoredDevice } from '../../schema/mongo/devices';
import { type ChangeReader, createChangeReader } from './change-reader';
import { createDocumentFeed, type DocumentFeedEvent } from './document-feed';
import { CHANGES, type LiveSource } from './source';

export interface DeviceFeedFilter {
  /** None given: of all, or of the product. */
  ids?: ReadonlySet<DeviceId> | null;
  productKey?: string | null;
  /** Those of the reader; null: all. */
  products?: readonly string[] | null;
}

export type DeviceFeedEvent = DocumentFeedEvent<StoredDevice>;

export interface DeviceFeed {
  subscribe(filter: DeviceFeedFilter, after: string | null): AsyncIterableIterator<DeviceFeedEvent>;
  stop(): Promise<void>;
}

/** Four times a second at most: devices that flap are told as they are then. */
const GATHER_MS = 250;

/**
 * Devices have a change stream of their own, which is there while somebody reads: the others need not take every report and connection of a
 * fleet for nothing.
 */
export function createDeviceFeed(source: LiveSource): DeviceFeed {
  const { devices } = source.collections;
  // The roll-up of versions takes its mark off: that is no news.
  const news = {
    'ns.coll': devices.collectionName,
    operationType: { $in: CHANGES },
    'updateDescription.removedFields': { $ne: 'uncounted' },
  };
  const ofDevices: LiveSource = { ...source, follows: news };
  let reader: ChangeReader | null = null;
  let standing: Promise<void> = Promise.resolve();
  let stopping: Promise<void> = Promise.resolve();

  const feed = createDocumentFeed<StoredDevice, DeviceFeedFilter>(ofDevices, {
    collection: devices as never,
    gatherMs: GATHER_MS,
    acceptsId: ({ ids, productKey, products }, id) =>
      (!ids || ids.has(id)) && (!productKey || productKeyOf(id) === productKey) && (!products || products.includes(productKeyOf(id))),
    accepts: () => true,
    position: () => reader?.position() ?? '',
    onLeft() {
      if (feed.readers === 0) leave();
    },
  });

  function leave(): void {
    const left = reader;
    reader = null;
    if (left) stopping = Promise.all([stopping, standing.catch(() => undefined).then(() => left.stop())]).then(() => undefined);
  }

  function follow(): Promise<void> {
    if (reader) return standing;
    const started = createChangeReader(ofDevices, {
      onChange: ({ documentKey, _id }) => feed.changed(documentKey._id, _id._data),
      onLost: feed.resync,
    });
    reader = started;
    standing = started.start();
    standing.catch((error) => {
      source.logger.warn({ err: error }, 'Changes of devices cannot be followed; their subscriptions end');
      if (reader === started) reader = null;
    });
    return standing;
  }

  return {
    subscribe: (filter, after) => feed.subscribe(filter, after, follow()),
    async stop() {
      await feed.stop();
      leave();
      await stopping;
    },
  };
}
