import type { Device, Region } from '../../schema/model/device/device';
import type { Generations, LetInBy, Proof } from '../../schema/model/device/generations';
import type { Lwm2mIdentityChange, NewLwm2mIdentity, NewPsk } from '../../schema/model/device/lwm2m-identity';
import type { NamedParent, ParentName } from '../../schema/model/device/parent-name';
import type { PresenceChange } from '../../schema/model/device/presence-changes';
import type { DeviceId } from '../../schema/model/ids';
import type { Dialect } from '../../schema/model/protocol/dialect';
import type { Products } from '../access/permissions/products';
import type { Viewer } from '../access/viewer';
import type { Page, PageRequest } from '../paging/page';
import type { BrokerPresence } from './broker-presence';
import type { Deleted } from './delete';
import type { Lwm2mAdmission } from './lwm2m/known';
import type { SecretResetInput } from './reset-secret';
import type { SessionEndReader } from './session-ends';

/** What a gateway checks a connection with. */
export interface DeviceCredentials {
  secret: string;
  /** Fingerprints of client certificates (`schema/model/device/certificate.ts`); absent: none. */
  certificates?: readonly string[];
  enabled: boolean;
  dialect: Dialect;
  /** How many children it has; absent: none. */
  children?: number;
  generations?: Generations;
  /** Nobody has shown this secret yet. */
  awaited?: true;
}

/** A device with what it signs in with, which is told this once: `psk` is the key that was made for an LwM2M device; absent where none was. */
export type DeviceWithSecret = Device & { secret: string; psk?: NewPsk };

/** A device that another one, its parent, speaks for; as it is now. */
export interface Child {
  deviceId: DeviceId;
  proof: Proof;
}

export interface Connected {
  deviceId: DeviceId;
  /** Fingerprint of the certificate that let it in; absent where its secret did. */
  certificate?: string;
  /** What let it in; absent where that is not known. */
  proof?: Proof;
}

export interface ConnectedReview {
  /** They were deleted or disabled, or what let them in is not what is registered now. */
  notAllowed: DeviceId[];
  /** They count as off-line: their connection has not been told yet, or their gateway was taken for dead. */
  offline: DeviceId[];
}

/** What gateways ask about devices that connect. */
export interface DeviceAdmission extends BrokerPresence, Lwm2mAdmission {
  /** What it needs to check a device's signature. */
  credentials(productKey: string, deviceName: string): Promise<DeviceCredentials | null>;
  /** The same for an IoTDA device that names its node only; null as well when several products have one of that name. */
  credentialsOfNode(deviceName: string): Promise<(DeviceCredentials & { productKey: string; deviceName: string }) | null>;
  /** What the store says of devices that are connected. */
  reviewConnected(connected: readonly Connected[]): Promise<ConnectedReview>;
  /** R-DEV-2: makes a device on-line by this connection if it counts as off-line; otherwise nothing. */
  stillConnected(deviceId: DeviceId, gatewayId: string, sessionId: string, proof?: Proof): Promise<void>;
  /** Devices whose sessions at the gateway have to be looked at now; each is given once. */
  sessionEndsAt(gatewayId: string): Promise<DeviceId[]>;
  /** The same for LwM2M devices, whose DTLS sessions may be at any gateway: each reader is given each device at least once, and none of before it. */
  lwm2mSessionEnds(): SessionEndReader;
  /** Told at once of those that come about in this process; what comes back ends that. */
  onSessionEnds(listener: () => void): () => void;
  /** Disabled devices that are connected to the gateway, at most 1,000. */
  disabledOn(gatewayId: string): Promise<DeviceId[]>;
  /** The enabled children of a device. */
  childrenOf(parentId: DeviceId): Promise<Child[]>;
  /** Of those that are children and enabled: by which parent each is reached. */
  parentsOf(ids: readonly DeviceId[]): Promise<Map<DeviceId, DeviceId>>;
}

export interface DeviceSwitch {
  /**
   * At most `limits.devicesPerCall`, all or none; in the order given. A disabled device loses its connection within about a second and gets
   * none, no batch selects it, and what it has not finished waits. Throws DEVICE_UNKNOWN, TOO_MANY, REQUIRED.
   */
  setEnabled(viewer: Viewer, ids: readonly DeviceId[], enabled: boolean): Promise<Device[]>;
  /**
   * Gives devices a parent, or none (null): at most `limits.devicesPerCall`, all or none; in the order given. They are on-line with it
   * from then on. Throws DEVICE_UNKNOWN, GATEWAY_LEVELS, GATEWAY_DIALECT, TOO_MANY, REQUIRED.
   */
  setParent(viewer: Viewer, ids: readonly DeviceId[], parentId: DeviceId | null): Promise<Device[]>;
  /** Gives those that are children the presence of their parents, should an event have been lost. */
  followParentsOf(ids: readonly DeviceId[]): Promise<void>;
  /**
   * Which client certificates devices may sign in with from now on, in place of those they had: at most `limits.devicesPerCall`
   * devices, all or none, in the order given. A connection ends when the certificate that let it in is not among them. Throws
   * DEVICE_UNKNOWN, INVALID_FORMAT, TOO_MANY, REQUIRED.
   */
  setCertificates(viewer: Viewer, wanted: readonly DeviceCertificates[]): Promise<Device[]>;
  /**
   * R-DEV-7: whose devices are from now on, nobody's with null: at most `limits.devicesPerCall`, all or none, in the order given. Of a
   * device that is named twice the last counts. Throws DEVICE_UNKNOWN, INVALID_FORMAT, TOO_MANY, REQUIRED.
   */
  setOwners(viewer: Viewer, wanted: readonly DeviceOwner[]): Promise<Device[]>;
  /**
   * What LwM2M devices are known by from now on: at most `limits.devicesPerCall`, all or none, in the order given. What is not given stays;
   * a key that is the same stays good. Registrations and DTLS sessions by a key or an endpoint name that is gone end within about a second.
   * Throws DEVICE_UNKNOWN, IDENTITY_DIALECT, ENDPOINT_EXISTS, PSK_IDENTITY_EXISTS, INVALID_FORMAT, TOO_MANY, REQUIRED.
   */
  setLwm2mIdentities(viewer: Viewer, wanted: readonly DeviceLwm2mIdentity[]): Promise<Device[]>;
  /**
   * Another secret, shown in this answer. Sessions and download addresses that the old one opened end, also of its children. The same
   * idempotency key within 24 h resets nothing more and gets the same secret. Throws DEVICE_UNKNOWN, IDEMPOTENCY_MISMATCH, SECRET_REPLACED.
   */
  resetSecret(viewer: Viewer, input: SecretResetInput): Promise<DeviceWithSecret>;
}

export interface DeviceLwm2mIdentity extends Lwm2mIdentityChange {
  deviceId: DeviceId;
}

/** By what an LwM2M device is known no more: identities of PSKs, and null for its endpoint name alone. */
export interface LostIdentity {
  deviceId: DeviceId;
  /** 'ALL': its endpoint name is another, or it speaks another dialect. */
  identities: readonly (string | null)[] | 'ALL';
}

export interface DeviceOwner {
  deviceId: DeviceId;
  owner: string | null;
}

export interface DeviceCertificates {
  deviceId: DeviceId;
  /** At most two; none takes them away. */
  fingerprints: readonly string[];
}

export interface NewDevice {
  deviceName: string;
  /** 16–64 printable ASCII characters; generated (32 hex digits) when not given. */
  secret?: string | null;
  /**
   * R-FLOW-2: at most `limits.certificatesPerDevice`. With them and without `secret` nobody is told a secret, so that it signs in with a
   * certificate only.
   */
  certificateFingerprints?: readonly string[] | null;
  /** R-FLOW-7: that of its product when not given. */
  dialect?: Dialect | null;
  /** Of an LwM2M device; what is not given is made. */
  lwm2m?: NewLwm2mIdentity | null;
  region?: Region | null;
  tags?: readonly DeviceTag[] | null;
  /** R-DEV-7. */
  owner?: string | null;
  /** Its parent, of the same product when none is named. */
  parent?: ParentName | null;
}

/** As callers register one. */
export type DeviceToRegister = NewDevice & NamedParent;

export interface DeviceTag {
  key: string;
  value: string;
}

/** What is not given stays as it is; `region: null` takes the region away, and `tags` replaces all of them. */
export interface DeviceChanges {
  /** From its next connection on. Refused (TASK_STATE) while a task of the device has not ended. */
  dialect?: Dialect;
  region?: Region | null;
  tags?: readonly DeviceTag[];
}

export interface DeviceFilter {
  /** Only those of these; null: all. */
  products?: Products;
  productKey?: string | null;
  online?: boolean | null;
  enabled?: boolean | null;
  dialect?: Dialect | null;
  /** Devices with this tag, its value compared exactly. */
  tag?: DeviceTag | null;
  /** Prefix of the device name. */
  namePrefix?: string | null;
  /** Devices whose module has this version; `default` when no module is named. */
  module?: string | null;
  version?: string | null;
  province?: string | null;
  /** Within `province`. */
  city?: string | null;
  /** Those in this group itself. */
  groupId?: string | null;
  /** Its children. */
  parentId?: DeviceId | null;
  /** Those of this owner; compared exactly. */
  owner?: string | null;
  /** The LwM2M device that registers as this. */
  endpoint?: string | null;
  /** The one that has a pre-shared key with this identity. */
  pskIdentity?: string | null;
  /** Of these only: those of an app. */
  among?: readonly DeviceId[] | null;
}

export interface DeviceService extends DeviceAdmission, DeviceSwitch {
  /**
   * One to `limits.registrations` at once, all or none. The secrets are in the answer, and once more in that to the same call with the same
   * idempotency key within 24 hours, until one of them is replaced. Throws ANSWER_OUTDATED then.
   */
  register(viewer: Viewer, productKey: string, devices: DeviceToRegister[], idempotencyKey?: string | null): Promise<DeviceWithSecret[]>;
  get(id: DeviceId): Promise<Device | null>;
  getMany(ids: readonly DeviceId[]): Promise<(Device | null)[]>;
  /** What is kept of when devices came and went, oldest first; in the order given. See `presenceChanges`. */
  presenceKept(ids: readonly DeviceId[]): Promise<PresenceChange[][]>;
  /** R-UI-3: all that a filter finds, by name, read while it is asked for; without what they sign in with. Throws as `list` does, and NOT_ALLOWED. */
  export(viewer: Viewer, filter: DeviceFilter): AsyncIterable<Device>;
  /** By name; backwards when that is asked for. */
  list(filter: DeviceFilter, page: PageRequest, backwards?: boolean): Promise<Page<Device>>;
  /** R-DEV-5. Throws DEVICE_UNKNOWN, and what is wrong with the changes. */
  update(viewer: Viewer, id: DeviceId, changes: DeviceChanges): Promise<Device>;
  /**
   * At most `limits.devicesPerCall`, all or none. Their unfinished tasks fail with DEVICE_REMOVED, and they are gone from lists, counts
   * and groups. May be repeated after a crash. Throws DEVICE_UNKNOWN, TOO_MANY, REQUIRED.
   */
  delete(viewer: Viewer, ids: readonly DeviceId[], idempotencyKey?: string | null): Promise<Deleted>;
  /**
   * A session has begun. `sessionId` orders takeovers: a later `disconnected` of an older session changes nothing. False: the device does
   * not exist any more, or what let it in does not hold: the session has to end. `tookOver`: one of the same device was there.
   */
  connected(deviceId: DeviceId, gatewayId: string, sessionId: string, by?: LetInBy, tookOver?: boolean): Promise<boolean>;
  disconnected(deviceId: DeviceId, sessionId: string): Promise<void>;
  /** A gateway process starts, or is found dead: none of its devices is connected. `until`: but those that have connected since. */
  gatewayReset(gatewayId: string, until?: Date): Promise<void>;
}
