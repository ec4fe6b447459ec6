import type { Proof } from '../../schema/model/device/generations';
import type { DeviceId } from '../../schema/model/ids';
import type { IgnoredReport } from '../../schema/model/protocol/ignored-report';
import type { IotdaResult } from '../../schema/model/protocol/iotda-result';
import type { FailureCause } from '../../schema/model/task/failure-causes';
import type { Notification } from '../ports';

/** What a device is told at once: its upgrade, or the question which version it runs. */
export type DeviceAnswer = Notification | typeof VERSION_QUERY;
export const VERSION_QUERY = 'VERSION_QUERY';

/** Said over a connection that has closed since: the device may be back by another one, of which this tells nothing. */
export interface Late {
  late?: boolean;
}

/** Modules as the device writes them. */
export type DeviceReport =
  | { kind: 'version'; module: string; version: string }
  | ({ kind: 'progress'; module: string; percent: number } & Late)
  /** R-FLOW-2: how the upgrade under way stands; the dialect names no module. */
  | ({ kind: 'result' } & IotdaResult & Late)
  /** `code` is the wire value, e.g. `-2`; the dialect's table names the cause. */
  | { kind: 'failed'; module: string; cause: FailureCause; text: string | null };

/** What devices say, and what they are answered at once. */
export interface DeviceReports {
  /**
   * What a device said, and what it is to be told now, if anything (R-FLOW-2). Never throws for what a device sent; throws when the store or
   * the engine can't be reached, and may be repeated. `ignored` is called for progress, failures and results that no task awaits. A report
   * whose `proof` does not hold any more is dropped: it is of another device, or of somebody who was one.
   */
  report(deviceId: DeviceId, report: DeviceReport, ignored?: () => void, proof?: Proof): Promise<DeviceAnswer | null>;
  /** A report of a device that could not be read: told on the device, if the proof holds. Never waits, never throws. */
  ignored(deviceId: DeviceId, report: Omit<IgnoredReport, 'at'>, proof?: Proof): void;
  /** `firmware/get`: the device asks, with the module as it writes it. Null: nothing to do. Marks the task as pushed. */
  requested(deviceId: DeviceId, module: string, proof?: Proof): Promise<Notification | null>;
}
