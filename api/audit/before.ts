import type { Core } from '../../core/core';

type Read = (core: Core, input: Readonly<Record<string, string>>) => Promise<object | null>;

/** What single objects that are edited were like, read just before: one look by an id, for operations that people do by hand. */
const BEFORE: ReadonlyMap<string, Read> = new Map<string, Read>([
  ['updateApiKey', ({ access }, { id = '' }) => access.keyRights(id)],
  ['updateBatch', ({ batches }, { batchId = '' }) => batches.get(batchId)],
  ['updateDevice', ({ devices }, { deviceId = '' }) => devices.get(deviceId)],
  ['updateGroup', ({ groups }, { groupId = '' }) => groups.get(groupId)],
  ['updateDynamicGroup', ({ groups }, { groupId = '' }) => groups.get(groupId)],
  ['updatePackage', ({ packages }, { packageId = '' }) => packages.get(packageId)],
  ['updateProduct', ({ products }, { key = '' }) => products.get(key)],
]);

export const hasBefore = (operation: string): boolean => BEFORE.has(operation);

/** Null where there is none, and where it can't be read: the operation itself will say why. */
export async function readBefore(core: Core, operation: string, input: unknown): Promise<object | null> {
  const read = BEFORE.get(operation);
  if (!read || typeof input !== 'object' || input === null) return null;
  try {
    return await read(core, input as Record<string, string>);
  } catch {
    return null;
  }
}
