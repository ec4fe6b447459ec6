import { gateOf } from '../schema/model/cell/gate';
import type { DeviceId } from '../schema/model/ids';
import { onlineMsOf } from '../schema/model/task/waits';
import { createAccessService } from './access/service';
import { createAuditWork } from './audit/work';
import { endMatching, onGroupDeleted } from './batches/dynamic/policy';
import { scanForBatch } from './batches/dynamic/scan';
import { createDynamicService } from './batches/dynamic/service';
import { lookForHalt } from './batches/halt';
import { batchesOfFailures, createHaltWatch } from './batches/halt-watch';
import { createBatchLifecycle } from './batches/lifecycle';
import { createBatchService } from './batches/service';
import { batchStatus } from './batches/status';
import { createCalls } from './calls/calls';
import { createCellLeavings, leavingOf } from './cells/leaving';
import { createCellService } from './cells/queries';
import { createCellSlots } from './cells/service';
import { systemClock } from './clock';
import type { CoreDeps, CoreParts } from './core-parts';
import { createImportCreation } from './device-imports/creation';
import { createDeviceImportService } from './device-imports/service';
import { createDeviceListService } from './device-lists/service';
import { requireKeys, resealDevices } from './device-secrets/reseal';
import { deviceSealing } from './device-secrets/secrets';
import { createChildren } from './devices/children/service';
import { createIgnoredReports } from './devices/ignored-reports';
import { createHasKey } from './devices/lwm2m/has-key';
import { createLwm2mAdmission } from './devices/lwm2m/known';
import { createPresenceLog, ofRegistrations } from './devices/presence-log';
import { devicesChangedSince, presenceOf, throughParentSince } from './devices/presence-queries';
import { createDeviceService } from './devices/service';
import { createSessionEnds } from './devices/session-ends';
import { createBlockReader, smallBlocks } from './downloads/block-reader';
import { storeSource } from './downloads/block-source';
import { downloadSecret } from './downloads/download-secret';
import { createDownloadUrls } from './downloads/download-token';
import { generationsOf } from './downloads/grant';
import { createDownloadMeter } from './downloads/meter';
import { createDownloadService } from './downloads/service';
import { createShortTokens } from './downloads/short-token';
import { createShortUrls } from './downloads/short-url';
import { createGroupChecks } from './groups/checks';
import { createGroupService } from './groups/service';
import { createKeyedDigests } from './keyed-digests';
import { createMemberships, type GroupsChanged } from './memberships/memberships';
import { completeStoredPackages } from './packages/complete-stored';
import { createPackageService } from './packages/service';
import { createSecureUpdates } from './products/secure-update';
import { createProductService } from './products/service';
import { createVersionCounts } from './products/version-counts';
import { createPacers } from './push/pacers';
import { createPush } from './push/push';
import { observeSecret } from './registrations/observe-secret';
import { createProductSettings } from './registrations/product-settings';
import { createRegistrations } from './registrations/service';
import { createLwm2mUpgrades } from './reports/lwm2m/service';
import { onOpened } from './reports/report';
import { createDeviceReports } from './reports/service';
import { onReportedVersion } from './reports/version';
import { createSealing } from './sealing';
import { createLiveDynamic } from './selection/dynamic/live';
import { createMatching, type Matching } from './selection/dynamic/match';
import { overrideEarlier } from './selection/override';
import { createSampler } from './series/sampler';
import { createSeriesService } from './series/service';
import { createBatchFacts } from './tasks/batch-facts';
import { createBatchTasks } from './tasks/batch-tasks';
import { onDevicesRemoved } from './tasks/device-removed';
import { createTaskStore } from './tasks/mongo-store';
import { onGatewayReset, onPresence, onPresenceOfMany, onUnheard } from './tasks/presence';
import { createTaskService } from './tasks/service';
import { tellingStore } from './tasks/telling-store';
import { createUpgradeTasks } from './tasks/upgrade-tasks';
import { createUploadService } from './uploads/service';
import { sweepUploads } from './uploads/sweep';

export async function createCore({
  store,
  files,
  blocks = storeSource(files),
  engine,
  settings,
  access,
  masterKeys,
  clock = systemClock,
  groupsChanged,
  disk,
  log,
}: CoreDeps): Promise<CoreParts> {
  const { collections } = store;
  const facts = createBatchFacts({
    batch: (id) => collections.batches.findOne({ _id: id }),
    package: (id) => collections.packages.findOne({ _id: id }),
    product: (key) => collections.products.findOne({ _id: key }),
  });
  const secret = await downloadSecret(collections);
  const urls = createDownloadUrls({ settings, secret, clock });
  const tokens = createShortTokens({ downloadTokens: collections.downloadTokens, settings, secret, clock });
  const meter = createDownloadMeter({ tasks: collections.tasks, clock });
  const haltWatch = createHaltWatch({
    hasThreshold: async (id) => (await facts(id)).policy.halt != null,
    look: (id) => lookForHalt(collections, id, clock()),
    onHalted: (id) => engine.wakeBatch(id),
  });
  const cellSlots = createCellSlots({ collections, settings, clock });
  const cellLeavings = createCellLeavings(cellSlots);
  const tasks = tellingStore(createTaskStore(collections.tasks), {
    onFree: (ids) => matching.changed(ids),
    onWritten(writes) {
      downloads.tasksEnded(writes.filter(({ change }) => change.set.active === false).map(({ task }) => task));
      haltWatch.failed(batchesOfFailures(writes));
      cellLeavings.left(leavingOf(writes));
    },
  });
  const downloads = createDownloadService({
    ...{ collections, urls, tokens, meter, settings, clock },
    reader: createBlockReader(blocks),
    blockReader: createBlockReader(blocks, smallBlocks(settings.limits)),
    onOpened: (taskId, attempt) => onOpened(base, taskId, attempt),
  });
  const versionCounts = createVersionCounts(store);
  const tellGroups: GroupsChanged = async (changes) => {
    await matching.changed(changes.map(({ deviceId }) => deviceId));
    await groupsChanged?.(changes);
  };
  const memberships = createMemberships(collections, tellGroups, settings.groupRulesAgeMs);
  const groupChecks = createGroupChecks({ collections, memberships, clock, rulesAgeMs: settings.groupRulesAgeMs });
  const secureUpdates = createSecureUpdates({ collections, sealing: createSealing(masterKeys), clock });
  const sealing = deviceSealing(masterKeys);
  const calls = createCalls({ collections, sealing, clock });
  await Promise.all([completeStoredPackages(collections), versionCounts.begin()]);
  const sourcesOf = async (_id: string) =>
    (await collections.batches.findOne({ _id }, { projection: { sourceVersions: 1 } }))?.sourceVersions ?? [];
  const base = {
    tasks,
    engine,
    facts,
    sourcesOf,
    settings,
    clock,
    digestSigns: secureUpdates.digestSigns,
    statusOf: batchStatus(collections),
    presenceOf: (ids: readonly DeviceId[]) => presenceOf(collections.devices, ids),
    throughParentSince: (id: DeviceId) => throughParentSince(collections.devices, id),
  };

  const refreshPresence = async (productKey: string, since: Date): Promise<void> => {
    for await (const { _id, ...present } of devicesChangedSince(collections.devices, productKey, since))
      await onPresence(base, _id, present);
  };

  const live = createLiveDynamic(collections);
  const policyDeps = { store, collections, live, engine, settings, clock };
  const matchDeps = { ...base, collections, live };
  const matching: Matching = createMatching(matchDeps);

  const lifecycle = createBatchLifecycle({
    ...{ collections, engine, settings, clock, refreshPresence, onlineMs: onlineMsOf(settings.waits, settings.minuteMs) },
    overrideEarlier: (batch) => overrideEarlier(base, collections, batch, settings.limits.runningModules),
    scan: (id, onProgress) => scanForBatch(matchDeps, matching, id, onProgress),
    endMatching: (id) => endMatching(policyDeps, id),
    onEnded: live.forgetAll,
  });
  const pushDeps = {
    ...base,
    ...urls,
    generationsOf: generationsOf(collections.devices),
    pacers: createPacers(settings.minuteMs),
    pushTerms: lifecycle.pushTerms,
  };
  const ignoredReports = createIgnoredReports({ devices: collections.devices, clock });
  const sessionEnds = createSessionEnds(collections, clock);
  const presenceLog = createPresenceLog({ histories: collections.presenceHistories });
  const children = createChildren({
    ...{ devices: collections.devices, connection: store.connection, limits: settings.limits, sessionEnds, clock, log: presenceLog },
    onChildren: (ids, gatewayId) => onPresenceOfMany(base, ids, gatewayId !== null),
  });
  const registrations = createRegistrations({
    ...{
      store,
      clock,
      limits: settings.limits,
      known: { ...createLwm2mAdmission(collections, sealing), settingsOf: createProductSettings(collections, clock) },
    },
    ...ofRegistrations(presenceLog, clock, (ids, came) => onPresenceOfMany(base, ids, came)),
  });
  const imports = createImportCreation({ connection: store.connection, collections, sealing, clock, memberships, children });
  const devices = createDeviceService({
    store,
    sealing,
    sessionEnds,
    presenceLog,
    settings,
    clock,
    calls,
    memberships,
    versionCounts,
    onPresence: (id, present) => onPresence(base, id, present),
    onChanged: matching.changed,
    onShutOut: downloads.devicesShutOut,
    endRegistrations: registrations.end,
    onIdentityLost: registrations.endLost,
    beforeGatewayReset: registrations.gatewayReset,
    onGatewayReset: (id) => onGatewayReset(base, id),
    children,
    onUnheard: (id) => onUnheard(base, id),
    async onRemoved(ids) {
      await registrations.end(ids);
      return onDevicesRemoved(base, ids);
    },
    isBusy: async (id) => (await base.tasks.activeOfDevice(id)).length > 0,
  });

  const versionDeps = { ...pushDeps, collections, memberships, matching, ignoredReports, onVersionChanged: versionCounts.changed };
  const shortUrls = createShortUrls({ tokens, settings });
  const audit = createAuditWork({ collections, settings, sealing: createSealing(masterKeys, 'audit'), clock, log });
  const packaging = { connection: store.connection, collections, files, calls, settings, clock, disk, presign: secureUpdates.digestSigns };

  const accessSecrets = { sealing: createSealing(masterKeys, 'sign-in'), digests: createKeyedDigests(masterKeys, 'pairing') };
  const { keysChanged, ...keeper } = createAccessService({ store, settings, access, clock, calls, log, ...accessSecrets });

  return {
    core: {
      access: keeper,
      audit: audit.service,
      products: createProductService({ ...store, calls, settings, clock, secureUpdates, versionCounts, onKeysChanged: keysChanged }),
      devices,
      registrations,
      cells: createCellService({ collections, settings, clock }),
      groups: createGroupService({
        ...{ store, settings, clock, calls, memberships, checks: groupChecks },
        onMoved: matching.changed,
        onDeleted: (id) => onGroupDeleted(policyDeps, id),
      }),
      deviceLists: createDeviceListService({ collections, settings, clock, disk }),
      deviceImports: createDeviceImportService({
        ...{ connection: store.connection, collections, calls, settings, creation: imports, sealing, idSecret: secret, clock, disk },
      }),
      packages: createPackageService(packaging),
      downloads,
      uploads: createUploadService(packaging),
      batches: createBatchService({
        ...{ connection: store.connection, collections, calls, tasks, engine, settings, clock, versionCounts },
        dynamic: createDynamicService(policyDeps),
      }),
      series: createSeriesService({ collections, clock }),
      tasks: {
        ...createTaskService(base, collections),
        ...createDeviceReports(versionDeps),
      },
      upgrades: createLwm2mUpgrades({
        ...{ ...pushDeps, pushRate: lifecycle.pushRate, shortUrls, tokens, hasKey: createHasKey(collections.devices) },
        cells: { ...cellSlots, gateOf: (signal) => gateOf(signal, settings.cells) },
        reportVersion: (deviceId, said) => onReportedVersion(versionDeps, deviceId, said),
      }),
    },
    lifecycle,
    batchTasks: createBatchTasks({
      ...base,
      async presenceOf(ids) {
        await devices.followParentsOf(ids);
        return base.presenceOf(ids);
      },
      resetGateway: (gatewayId, until) => devices.gatewayReset(gatewayId, until),
    }),
    upgradeTasks: createUpgradeTasks(base),
    shortUrls,
    files,
    observeSecret: await observeSecret(collections),
    sweepUploads: () => sweepUploads({ collections, files, settings, clock }),
    imports,
    async resealSecrets() {
      await requireKeys(collections, sealing);
      await audit.keys();
      return secureUpdates.reseal();
    },
    resealDevices: (signal) => resealDevices(collections, sealing, signal),
    pushOver: (link) => createPush({ ...pushDeps, parentsOf: devices.parentsOf }, link),
    checkGroups: groupChecks.checkDue,
    endRegistrations: registrations.endDue,
    cellSlots,
    sampler: createSampler({ connection: store.connection, collections, clock }),
    audit: audit.work,
    close: async () => {
      downloads.close();
      await Promise.all([
        audit.close(),
        meter.close(),
        cellLeavings.close(),
        groupChecks.close(),
        imports.stop(),
        ignoredReports.close(),
        presenceLog.close(),
        registrations.close(),
        haltWatch.close(),
        versionCounts.close(),
      ]);
    },
  };
}
