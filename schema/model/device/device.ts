import type { DeviceId } from '../ids';
import type { Dialect } from '../protocol/dialect';
import type { IgnoredReport } from '../protocol/ignored-report';
import type { ConnectionStreak } from './connection-streak';
import type { Generations } from './generations';
import type { Lwm2mIdentity } from './lwm2m-identity';
import type { PresenceReason } from './presence-changes';

export interface ModuleVersion {
  version: string;
  reportedAt: Date;
  /** As the device last wrote the module's name; absent where that is its key. */
  name?: string;
}

/** R-DEV-5. */
export interface Region {
  province: string;
  city: string;
}

export interface Device {
  _id: DeviceId;
  productKey: string;
  deviceName: string;
  /** What it was let in by, and what was given out for it, holds as long as these do. */
  generations?: Generations;
  /** Nobody has shown its present secret yet: at a broker that is not ours, what comes in its name is somebody else's until then. */
  awaited?: true;
  /** R-FLOW-2: SHA-256 fingerprints of the client certificates it may sign in with; absent where there are none. */
  certificates?: string[];
  /** What it is known by to LwM2M; absent where it speaks another dialect. */
  lwm2m?: Lwm2mIdentity;
  enabled: boolean;
  dialect: Dialect;
  /** The device that speaks for it, and whose connection it shares; absent: none. */
  parentId?: DeviceId;
  /** How many devices it speaks for; absent: none. */
  children?: number;
  /** By `moduleField`; read with `reportedOf`. */
  modules: Record<string, ModuleVersion>;
  /** Absent: every report could be read. */
  lastIgnoredReport?: IgnoredReport;
  /** R-DEV-5; null or absent where nobody said. */
  region?: Region | null;
  /** What people keep about it, value by key; absent where there is none. */
  tags?: Record<string, string>;
  /** R-DEV-7: the user whose app may see and confirm its tasks, by the id in the operator's own system; absent: nobody. */
  owner?: string;
  /** R-DEV-3, R-DEV-4: the groups it was put into itself, and the dynamic groups it is in. */
  groups?: string[];
  /** When it came into each group that it is in, by group. */
  memberSince?: Record<string, Date>;
  online: boolean;
  /** The gateway process that holds the connection, its own or its parent's, while there is one. */
  gatewayId: string | null;
  sessionId: string | null;
  onlineChangedAt: Date | null;
  /** Why it went off-line last; absent: not known. */
  wentBy?: PresenceReason;
  /** Raised by one with each change of the four above: of two who tell of the device, the one with the higher number knows more. Absent: 0. */
  presenceRevision?: number;
  /** Its latest connections, counted where they are written anyway. Absent: it has had none of its own since this is kept. */
  streak?: ConnectionStreak;
  createdAt: Date;
}
