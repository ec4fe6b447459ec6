import type { Dialect } from './dialect';
import type { DeviceId } from './ids';

export interface Product {
  /** The product key devices authenticate with, `[A-Za-z0-9]{4,32}`. */
  _id: string;
  name: string;
  dialect: Dialect;
  createdAt: Date;
}

export interface ModuleVersion {
  version: string;
  reportedAt: Date;
}

export interface Device {
  _id: DeviceId;
  productKey: string;
  deviceName: string;
  /** Shared with the device for its HMAC; never leaves the platform again after registration. */
  secret: string;
  enabled: boolean;
  dialect: Dialect;
  /** Versions by module name. Module names have no dots. */
  modules: Record<string, ModuleVersion>;
  online: boolean;
  /** The gateway process that holds the connection, while there is one. */
  gatewayId: string | null;
  sessionId: string | null;
  onlineChangedAt: Date | null;
  createdAt: Date;
}

export type DigestAlgorithm = 'MD5' | 'SHA256';

export interface PackageFile {
  /** Key in the package store. */
  fileId: string;
  name: string;
  /** Bytes. */
  size: number;
  md5: string;
  sha256: string;
}

export interface FirmwarePackage {
  _id: string;
  name: string;
  productKey: string;
  module: string;
  version: string;
  description: string;
  /** What the notification carries as `sign`. */
  digestAlgorithm: DigestAlgorithm;
  files: PackageFile[];
  createdBy: string;
  createdAt: Date;
}
