import { number, schemaOf, text } from './declaration';

/**
 * R-PKG-11: how many of a product's devices have a version of a module: a roll-up, because counting a million index keys takes a
 * second. It holds what every device's `counted` says; devices marked `uncounted` are looked at beside it.
 */
export interface VersionCountRow {
  /** `<productKey>.<module>=<version>` */
  _id: string;
  productKey: string;
  module: string;
  version: string;
  devices: number;
}

export const versionCountSchema = schemaOf<VersionCountRow>({
  _id: text,
  productKey: text,
  module: text,
  version: text,
  devices: number,
});

versionCountSchema.index({ productKey: 1, module: 1, version: 1, devices: 1 });
