import type { Migration } from './migration';

const INDEX = 'productKey_1_deviceName_1';

/** A device's id is made of product and name, so nothing asks this index of earlier versions, and each write of a device pays for it. */
export const deviceNameIndex: Migration = {
  number: 7,
  name: 'The index of product and device name is dropped',
  async run({ collections: { devices } }) {
    const indexes = await devices.listIndexes().toArray().catch(noneWithoutCollection);
    if (indexes.some(({ name }) => name === INDEX)) await devices.dropIndex(INDEX);
  },
};

const NAMESPACE_NOT_FOUND = 26;

function noneWithoutCollection(error: { code?: unknown }): { name: string }[] {
  if (error.code !== NAMESPACE_NOT_FOUND) throw error;
  return [];
}
