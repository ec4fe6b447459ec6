import type { Gate } from '../../../schema/model/cell/gate';
import type { SignalSeen } from '../../../schema/model/cell/signal';
import type { DeviceId, TaskId } from '../../../schema/model/ids';
import type { Task } from '../../../schema/model/task/task';
import type { ShortTokens } from '../../downloads/short-token';
import type { ShortUrls } from '../../downloads/short-url';
import type { PushDeps } from '../../push/push';
import type { PushRateNow } from '../../push/terms';
import type { ReportedVersion } from '../version';

/** R-FLOW-4, as upgrades see it. */
export interface CellGate {
  /** What a device has to pass; `signal` is null where it has no object 4. */
  gateOf(signal: SignalSeen | null): Gate | 'NO_GATE' | 'NO_CELL';
  take(of: Gate & { taskId: TaskId; attempt: number; until: Date; waitingSince: Date }): Promise<boolean>;
  release(taskId: TaskId, attempt: number): Promise<void>;
}

export interface Lwm2mDeps extends PushDeps {
  /** Keeps a version that a device says, and lets it decide about other things than its upgrade. */
  reportVersion(deviceId: DeviceId, said: ReportedVersion): Promise<unknown>;
  shortUrls: ShortUrls;
  tokens: Pick<ShortTokens, 'issue'>;
  /** See `pushRateNow`. */
  pushRate(batchId: string): Promise<PushRateNow | null>;
  /** Whether a device has a key for DTLS. Absent: all of them. */
  hasKey?(deviceId: DeviceId): Promise<boolean>;
  /** Absent: no device has to pass a gate. */
  cells?: CellGate;
}

export interface Lwm2mReads {
  /** Of many devices in one turn of the event loop in one read. */
  concerning(deviceId: DeviceId): Promise<Task[]>;
  /** Null unless the batch is RUNNING; the same. */
  pushTerms: PushDeps['pushTerms'];
}
