import type { Store } from '../schema/mongo/connect';
import type { AccessSettings } from './access/settings';
import type { AuditWork } from './audit/work';
import type { BatchLifecycle } from './batches/lifecycle';
import type { CellSlots } from './cells/contract';
import type { Clock } from './clock';
import type { Core } from './core';
import type { ImportCreation } from './device-imports/creation';
import type { DiskRoom } from './disk-room';
import type { BlockSource } from './downloads/block-source';
import type { ShortUrls } from './downloads/short-url';
import type { GroupsChanged } from './memberships/memberships';
import type { DeviceLink, PackageStore, UpgradeEngine } from './ports';
import type { createPush } from './push/push';
import type { Lines } from './sampled-log';
import type { Sampler } from './series/sampler';
import type { CoreSettings } from './settings';
import type { BatchTasks } from './tasks/batch-tasks';
import type { UpgradeTasks } from './tasks/upgrade-tasks';

export interface CoreDeps {
  store: Store;
  files: PackageStore;
  /** Where downloads are read from; the package store itself when not given. */
  blocks?: BlockSource;
  engine: UpgradeEngine;
  settings: CoreSettings;
  /** R-UI-4: no identity providers, and the times that are defaults, when not given. */
  access?: AccessSettings;
  /** 32 bytes each, the newest first: what secrets in the store are encrypted under. */
  masterKeys: readonly Uint8Array[];
  clock?: Clock;
  /** R-DEV-4: told after devices have come into dynamic groups or left them. */
  groupsChanged?: GroupsChanged;
  /** R-SAFE-5: without end when not given. */
  disk?: DiskRoom;
  /** Of what goes wrong elsewhere, as at an identity provider. */
  log?: Lines;
}

/** The services for the api and the gateways, and what the workflows' activities do. */
export interface CoreParts {
  core: Core;
  lifecycle: BatchLifecycle;
  batchTasks: BatchTasks;
  upgradeTasks: UpgradeTasks;
  /** R-DL-4: what a device that takes a short address is told to download from. */
  shortUrls: ShortUrls;
  files: PackageStore;
  /** For tokens of observations. */
  observeSecret: Uint8Array;
  /** R-PKG-12: removes uploads that waited too long. Returns how many. */
  sweepUploads(): Promise<number>;
  /** R-DEV-6: goes on with imports that a process left behind. */
  imports: Pick<ImportCreation, 'resume'>;
  /** R-DEV-4: looks for members of the dynamic groups that are due, those a crash has interrupted included. Returns how many. */
  checkGroups(signal?: AbortSignal): Promise<number>;
  /** R-DEV-2: ends LwM2M registrations, and windows of devices with queue mode, whose time is over. Returns how many were looked at. */
  endRegistrations(signal?: AbortSignal): Promise<number>;
  /** R-FLOW-4. */
  cellSlots: CellSlots;
  /** R-UI-3. */
  sampler: Sampler;
  /** R-UI-4. */
  audit: AuditWork;
  /** After a change of the master key. Throws SealedByOther when a key that is still needed was not given. */
  resealSecrets(): Promise<number>;
  /** The same for the secrets of devices, of which there may be many: until it has ended, or the signal says so. */
  resealDevices(signal: AbortSignal): Promise<number>;
  /** The paced bulk push, for the process that holds the connections. */
  pushOver(link: DeviceLink): ReturnType<typeof createPush>;
  /** Before the store closes: writes what is only in memory. */
  close(): Promise<void>;
}
