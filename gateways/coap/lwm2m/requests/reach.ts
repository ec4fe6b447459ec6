import type { DeviceId } from '../../../../schema/model/ids';
import type { Peer } from '../../front/peer';

/** A registered device that listens now, as far as anyone knows. */
export interface Reachable {
  registrationId: string;
  /** Where it is now. */
  peer: Peer;
  /** Of LwM2M: `1.0`, `1.1`, `1.2`. */
  version: string;
  /** It sleeps between its messages. */
  queueMode: boolean;
  root: string;
  /** ACK_TIMEOUT of its product. */
  ackTimeoutMs: number;
}

export interface Reach {
  /** Asked right before anything leaves, since a device's address and its window change. */
  reach(deviceId: DeviceId): Promise<Reachable | 'asleep' | 'gone'>;
  /** The device left a request of that time without an answer: with queue mode it counts as asleep from now on. */
  unanswered(device: Reachable, sentAt: Date): Promise<void>;
  /** It has answered: with queue mode its window begins anew. */
  answered(device: Reachable): void;
}
