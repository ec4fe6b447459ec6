import type { mongo } from 'mongoose';
import type { Device } from '../../schema/model/device/device';
import type { DeviceId } from '../../schema/model/ids';
import { type Speaking, traitsOf } from '../../schema/model/protocol/dialect';
import type { Collections } from '../../schema/mongo/connect';
import type { Clock } from '../clock';
import { newGeneration } from '../random-bytes';
import { isThroughParent } from './children/session-name';

/** At a time; the others are there at the next look. */
const AT_ONCE = 1_000;

type Present = Pick<Device, '_id' | 'gatewayId' | 'sessionId'> & Speaking;

/** Stands for every gateway that LwM2M devices may have DTLS sessions with: they outlast presence, and a device may have two. */
const AT_ANY = 'coap';
/** What an earlier look may have missed: clocks of processes differ, and writes take time. */
const MARGIN_MS = 30_000;
const READ_AT_ONCE = 10_000;

/** Whether a connection of its own is known of the device, which then is at `gatewayId`. */
export const hasOwnSession = ({ gatewayId, sessionId }: Pick<Present, 'gatewayId' | 'sessionId'>): boolean =>
  gatewayId !== null && !isThroughParent(sessionId);

/**
 * Sessions that a gateway has to look at now, because what let them in has changed. The gateway looks each second; one in this process is told at
 * once. It may be wrong or too much: whether a session ends is decided by the device's document.
 */
export interface SessionEnds {
  /** With the change itself, in its transaction: so that none is without the other. Without one: after it. */
  note(devices: readonly Present[], session?: mongo.ClientSession): Promise<void>;
  /** The change is written. */
  tell(): void;
  /** Each is given once: sessions of a gateway that dies end with it. */
  takeAt(gatewayId: string): Promise<DeviceId[]>;
  readAtAny(): SessionEndReader;
  /** Told when there may be some; what comes back ends that. */
  onSessionEnds(listener: () => void): () => void;
}

/** Each device is given at least once, and those of before the reader hardly ever. */
export interface SessionEndReader {
  take(): Promise<DeviceId[]>;
}

export function createSessionEnds({ sessionEnds }: Pick<Collections, 'sessionEnds'>, clock: Clock): SessionEnds {
  const listeners = new Set<() => void>();
  return {
    async note(devices, session) {
      const ends = devices.flatMap((device) => {
        const { _id: deviceId } = device;
        const gatewayId = traitsOf(device).transport === 'COAP' ? AT_ANY : device.gatewayId;
        const mayHaveOne = gatewayId === AT_ANY || hasOwnSession(device);
        return gatewayId !== null && mayHaveOne ? [{ _id: newGeneration(), gatewayId, deviceId, at: clock() }] : [];
      });
      if (ends.length > 0) await sessionEnds.insertMany(ends, { session });
    },
    tell() {
      for (const listener of listeners) listener();
    },
    async takeAt(gatewayId) {
      const found = await sessionEnds.find({ gatewayId }).limit(AT_ONCE).toArray();
      if (found.length === 0) return [];
      await sessionEnds.deleteMany({ _id: { $in: found.map(({ _id }) => _id) } });
      return [...new Set(found.map(({ deviceId }) => deviceId))];
    },
    readAtAny() {
      let since = new Date(clock().getTime() - MARGIN_MS);
      let seen = new Set<string>();
      return {
        async take() {
          const found = await sessionEnds
            .find({ gatewayId: AT_ANY, at: { $gte: since } })
            .sort({ at: 1 })
            .limit(READ_AT_ONCE)
            .toArray();
          const latest = found.at(-1)?.at;
          if (latest === undefined) return [];
          const fresh = found.filter(({ _id }) => !seen.has(_id));
          seen = new Set(found.map(({ _id }) => _id));
          // More than are read at once are read on from there.
          since = found.length === READ_AT_ONCE ? latest : new Date(latest.getTime() - MARGIN_MS);
          return [...new Set(fresh.map(({ deviceId }) => deviceId))];
        },
      };
    },
    onSessionEnds(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
