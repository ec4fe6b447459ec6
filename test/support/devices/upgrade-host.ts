import type { CutPoint } from './behaviours';
import type { DownloadSettings } from './download/resuming-download';
import type { BehaviourPlan } from './misbehaving/behaviour-plan';

/** How fast a device goes about an upgrade. */
export interface Pacing {
  /** No byte is loaded: for measuring everything else. Default false. */
  skipDownload?: boolean;
  /** What the steps are spread over, beyond what the download takes. Default 0. */
  downloadMs?: number;
  /** Percentages reported after 0, ascending. Default 25, 50, 75, 100. */
  stepsReported?: readonly number[];
  /** Default 0. */
  installMs?: number;
  /** Off-line time of the restart; null: no restart, the new version is reported on the same connection. Default 0. */
  rebootMs?: number | null;
}

/** What an upgrade asks of its device, whatever dialect that speaks. */
export interface UpgradeHost {
  readonly plan: BehaviourPlan;
  readonly pacing: Pacing;
  readonly download: DownloadSettings;
  /** Aborted when the device loses power or is stopped: the upgrade is forgotten. */
  readonly signal: AbortSignal;
  onDownloaded(): void;
  onBytes(bytes: number): void;
  /** Loses power when the plan says so at this point: then it throws. */
  cutIfPlanned(point: CutPoint): void;
  /** Takes the version over (null: keeps its own), restarts if `rebootMs` is a number, and reports what it has. */
  restart(version: string | null, rebootMs: number | null): Promise<void>;
}
