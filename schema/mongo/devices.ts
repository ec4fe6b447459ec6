import type { ConnectionStreak } from '../model/device/connection-streak';
import type { Device, ModuleVersion, Region } from '../model/device/device';
import { moduleField } from '../model/device/device-modules';
import type { Generations } from '../model/device/generations';
import type { Lwm2mIdentity, Psk } from '../model/device/lwm2m-identity';
import { moduleKey } from '../model/device/module-version';
import { PRESENCE_REASONS } from '../model/device/presence-changes';
import { DIALECTS, TAKING_ONE_FILE } from '../model/protocol/dialect';
import { IGNORED_REPORT_REASONS, type IgnoredReport } from '../model/protocol/ignored-report';
import { date, flag, keysOf, list, mapOf, nullable, number, object, oneOf, optional, schemaOf, text, yes } from './declaration';

/** `sealedKeys`: the keys of its PSKs by identity, encrypted under the master key; there where there are PSKs. */
export interface StoredLwm2mIdentity extends Lwm2mIdentity {
  sealedKeys?: string;
}

/**
 * `moduleVersions` repeats `modules` as `<module>=<version>`, so that one compound multikey index answers for any module of a product.
 * A wildcard index would do without, but it also moves with every `reportedAt`, that is with every reconnect.
 */
export interface StoredDevice extends Device {
  lwm2m?: StoredLwm2mIdentity;
  /** Shared with the device for its HMAC, encrypted under the master key (`core/device-secrets/secrets.ts`). */
  sealedSecret: string;
  moduleVersions: string[];
  /** `moduleVersions` as the roll-up of versions has it; absent before the first time. */
  counted?: string[];
  /** Set with each change of `moduleVersions`, until the roll-up has it. */
  uncounted?: true;
  /** When it last changed in a way that dynamic batches look at: a report, its region, its groups. */
  changedAt?: Date;
}

/** Module names have no `=`. */
export const moduleVersionKey = (module: string, version: string): string => `${moduleKey(module)}=${version}`;

/** Where a device document has a member of what it reported of a module. */
export const modulePath = (module: string, member: keyof ModuleVersion): string => `modules.${moduleField(module)}.${member}`;

/** Filter of the devices whose `module` has one of `versions`; use it together with `productKey`. */
export const runsOneOf = (module: string, versions: readonly string[]) => ({
  moduleVersions: { $in: versions.map((version) => moduleVersionKey(module, version)) },
});

/** Filter of the devices in a province, or in one city of it; use it together with `productKey`. */
export const inRegion = (province: string, city?: string | null) => ({ 'region.province': province, ...(city && { 'region.city': city }) });

/** Named, because a search for what has changed has to use it. */
export const CHANGED_INDEX = 'changed';

/** Named, because two indexes have its key. */
export const DISABLED_SESSIONS_INDEX = 'disabledSessions';

const generations = object<Generations>({
  registration: optional(text),
  secret: optional(text),
  certificates: optional(text),
  lwm2m: optional(text),
  binding: optional(text),
});

export const deviceSchema = schemaOf<StoredDevice>({
  _id: text,
  productKey: text,
  deviceName: text,
  sealedSecret: text,
  generations: optional(generations),
  awaited: optional(yes),
  certificates: optional(list(text)),
  lwm2m: optional(
    object<StoredLwm2mIdentity>({
      endpoint: text,
      psks: optional(list(object<Psk>({ identity: text, generation: text }))),
      sealedKeys: optional(text),
    }),
  ),
  enabled: flag,
  dialect: oneOf(DIALECTS),
  parentId: optional(text),
  children: optional(number),
  modules: mapOf(object<ModuleVersion>({ version: text, reportedAt: date, name: optional(text) })),
  lastIgnoredReport: optional(object<IgnoredReport>({ at: date, reason: oneOf(keysOf(IGNORED_REPORT_REASONS)), text })),
  moduleVersions: list(text),
  counted: optional(list(text)),
  uncounted: optional(yes),
  changedAt: optional(date),
  region: optional(nullable(object<Region>({ province: text, city: text }))),
  tags: optional(mapOf(text)),
  owner: optional(text),
  groups: optional(list(text)),
  memberSince: optional(mapOf(date)),
  online: flag,
  gatewayId: nullable(text),
  sessionId: nullable(text),
  onlineChangedAt: nullable(date),
  wentBy: optional(oneOf(keysOf(PRESENCE_REASONS))),
  presenceRevision: optional(number),
  streak: optional(object<ConnectionStreak>({ since: date, connections: number, takeovers: number })),
  createdAt: date,
});

/** Whom an IoTDA device means that names its node only. */
deviceSchema.index({ deviceName: 1 }, { partialFilterExpression: { dialect: 'IOTDA' } });
/** Who registers as what, and who is who: one device each, whatever its product. */
export const ENDPOINT_INDEX = 'endpoint';
export const PSK_INDEX = 'pskIdentity';
deviceSchema.index(
  { 'lwm2m.endpoint': 1 },
  { name: ENDPOINT_INDEX, unique: true, partialFilterExpression: { 'lwm2m.endpoint': { $exists: true } } },
);
deviceSchema.index(
  { 'lwm2m.psks.identity': 1 },
  { name: PSK_INDEX, unique: true, partialFilterExpression: { 'lwm2m.psks.identity': { $exists: true } } },
);
deviceSchema.index({ productKey: 1, moduleVersions: 1, _id: 1 });
/** Of a province in the order of lists; a city is looked up among its province's keys, without reading a device. */
deviceSchema.index(
  { productKey: 1, 'region.province': 1, _id: 1, 'region.city': 1 },
  { partialFilterExpression: { 'region.province': { $exists: true } } },
);
/** Members of groups, whatever their product, in the order of lists. */
deviceSchema.index({ groups: 1, _id: 1 }, { partialFilterExpression: { groups: { $exists: true } } });
/** Devices of an owner, whatever their product, in the order of lists. */
deviceSchema.index({ owner: 1, _id: 1 }, { partialFilterExpression: { owner: { $exists: true } } });
/** Devices that speak a dialect, in the order of lists. */
deviceSchema.index({ dialect: 1, _id: 1 });
/** Disabled ones, in the order of lists: few of many. */
deviceSchema.index({ enabled: 1, _id: 1 }, { partialFilterExpression: { enabled: false } });
/** Devices with a tag; an entry a tag, which nothing but a change of tags moves. */
deviceSchema.index({ 'tags.$**': 1 });
/** Children of a parent, in the order of lists. */
deviceSchema.index({ parentId: 1, _id: 1, enabled: 1 }, { partialFilterExpression: { parentId: { $exists: true } } });
/** Whom some batches pass over: a product without such devices has nothing here. */
for (const dialect of TAKING_ONE_FILE)
  deviceSchema.index({ productKey: 1 }, { name: `of${dialect}`, partialFilterExpression: { dialect } });
/** What the roll-up of versions does not have yet. */
deviceSchema.index({ productKey: 1 }, { partialFilterExpression: { uncounted: true } });
/** Those that have a connection, in the order of lists: few of many. */
deviceSchema.index({ online: 1, _id: 1 }, { partialFilterExpression: { online: true } });
/** Whom dynamic batches may have missed: read from the end. */
deviceSchema.index({ productKey: 1, changedAt: 1 }, { name: CHANGED_INDEX, partialFilterExpression: { changedAt: { $exists: true } } });
/** Whom a dead gateway leaves behind. */
deviceSchema.index({ gatewayId: 1 }, { partialFilterExpression: { online: true } });
/** Whose connection a gateway has to end: hardly anybody, hardly ever. */
deviceSchema.index({ gatewayId: 1 }, { name: DISABLED_SESSIONS_INDEX, partialFilterExpression: { online: true, enabled: false } });
