import { LRUCache } from 'lru-cache';
import type { DeviceId, TaskId } from '../../schema/model/ids';
import type { Limits } from '../../schema/model/limits';
import { atMost } from '../at-most';

export interface BlockStreamOf {
  deviceId: DeviceId;
  taskId: TaskId;
  token: string;
  /** Who asks: the same for the same peer. */
  peer: string;
}

export interface BlockStreams {
  /** Whether a request for a block may be answered, as far as other downloads of its token and its device go. */
  admits(request: BlockStreamOf): boolean;
}

interface Stream extends BlockStreamOf {
  askedAt: number;
}

interface OfDevice {
  streams: Stream[];
  /** Those that gave way to others, the latest last. */
  displaced: Stream[];
}

/** A stream that has asked for nothing for so long is in the way of no other one, as with transfers over HTTP. */
const SILENT_MS = 3_000;
/** A peer that gave way and asks again within so long goes on being refused, while others have its place. */
const DISPLACED_MS = 30_000;
const DISPLACED_KEPT = 16;
const DEVICES_KEPT = 20_000;

/**
 * R-DL-7 for requests that come one by one, without a connection that begins and ends: a stream is what one peer asks with one token, and it
 * runs until it has been silent for three seconds. A device may come from another port at any block, so a further peer is not refused: it takes
 * the place of the one that was silent longest, and that one is refused. However many ask, as many go on as may.
 */
export function createBlockStreams(deps: {
  limits: Pick<Limits, 'downloadsPerToken' | 'downloadsPerDevice'>;
  now?: () => number;
}): BlockStreams {
  const { limits, now = () => performance.now() } = deps;
  const devices = new LRUCache<DeviceId, OfDevice>(atMost(DEVICES_KEPT));

  /** Each unfinished task of a device may have one stream whatever the others have. */
  function inTheWayOf({ token, taskId }: BlockStreamOf, streams: readonly Stream[]): readonly Stream[] {
    const ofToken = streams.filter((each) => each.token === token);
    if (ofToken.length >= limits.downloadsPerToken) return ofToken;
    return streams.length >= limits.downloadsPerDevice && streams.some((each) => each.taskId === taskId) ? streams : [];
  }

  function ofDevice(deviceId: DeviceId): OfDevice {
    const known = devices.get(deviceId) ?? { streams: [], displaced: [] };
    devices.set(deviceId, known);
    return known;
  }

  return {
    admits(request) {
      const at = now();
      const known = devices.get(request.deviceId) ?? ofDevice(request.deviceId);
      const isIts = (each: Stream): boolean => each.peer === request.peer && each.token === request.token;
      const stream = known.streams.find(isIts);
      if (stream) {
        stream.askedAt = at;
        return true;
      }
      known.streams = known.streams.filter(({ askedAt }) => at - askedAt < SILENT_MS);
      known.displaced = known.displaced.filter(({ askedAt }) => at - askedAt < DISPLACED_MS);
      const inTheWay = inTheWayOf(request, known.streams);
      const gaveWay = known.displaced.find(isIts);
      if (gaveWay && inTheWay.length > 0) {
        gaveWay.askedAt = at;
        return false;
      }
      const [longestSilent] = [...inTheWay].sort((one, other) => one.askedAt - other.askedAt);
      if (longestSilent) displace(known, longestSilent, at);
      known.displaced = known.displaced.filter((each) => each !== gaveWay);
      known.streams.push({ ...request, askedAt: at });
      return true;
    },
  };
}

function displace(known: OfDevice, stream: Stream, at: number): void {
  known.streams = known.streams.filter((each) => each !== stream);
  known.displaced = [...known.displaced, { ...stream, askedAt: at }].slice(-DISPLACED_KEPT);
}
