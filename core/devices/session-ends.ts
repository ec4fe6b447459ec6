import type { mongo } from 'mongoose';
import type { Device } from '../../schema/model/device/device';
import type { DeviceId } from '../../schema/model/ids';
import type { Collections } from '../../schema/mongo/connect';
import type { Clock } from '../clock';
import { newGeneration } from '../random-bytes';
import { isThroughParent } from './children/session-name';

/** At a time; the others are there at the next look. */
const AT_ONCE = 1_000;

type Present = Pick<Device, '_id' | 'gatewayId' | 'sessionId'>;

/** Whether a connection of its own is known of the device, which then is at `gatewayId`. */
export const hasOwnSession = ({ gatewayId, sessionId }: Omit<Present, '_id'>): boolean => gatewayId !== null && !isThroughParent(sessionId);

/**
 * Sessions that a gateway has to look at now, because what let them in has changed. The gateway looks each second; one in this process is told at
 * once. It may be wrong or too much: whether a session ends is decided by the device's document.
 */
export interface SessionEnds {
  /** With the change itself, in its transaction: so that none is without the other. */
  note(devices: readonly Present[], session: mongo.ClientSession): Promise<void>;
  /** The change is written. */
  tell(): void;
  /** Each is given once: sessions of a gateway that dies end with it. */
  takeAt(gatewayId: string): Promise<DeviceId[]>;
  /** Told when there may be some; what comes back ends that. */
  onSessionEnds(listener: () => void): () => void;
}

export function createSessionEnds({ sessionEnds }: Pick<Collections, 'sessionEnds'>, clock: Clock): SessionEnds {
  const listeners = new Set<() => void>();
  return {
    async note(devices, session) {
      const ends = devices.flatMap((device) => {
        const { _id: deviceId, gatewayId } = device;
        return gatewayId !== null && hasOwnSession(device) ? [{ _id: newGeneration(), gatewayId, deviceId, at: clock() }] : [];
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
    onSessionEnds(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
