import type { Clock } from '../../core/clock';
import type { CoreParts } from '../../core/core-parts';
import { createCore } from '../../core/create-core';
import type { NewDevice } from '../../core/devices/contract';
import type { UpgradeEngine } from '../../core/ports';
import type { Limits } from '../../schema/model/limits';
import type { Store } from '../../schema/mongo/connect';
import { MASTER_KEY, operator, settingsWith } from './core-parts';
import { fakePackageStore } from './fakes/package-store';

/** Core over a real store, with the product `meter` and some of its devices. */
export async function meters(
  { limits, ...over }: { store: Store; engine: UpgradeEngine; clock: Clock; limits?: Partial<Limits> },
  devices: NewDevice[],
): Promise<CoreParts> {
  const parts = await createCore({ ...over, files: fakePackageStore(), settings: settingsWith(limits), masterKeys: [MASTER_KEY] });
  await parts.core.products.create(operator, { key: 'meter', name: 'Water meter' });
  if (devices.length > 0) await parts.core.devices.register(operator, 'meter', devices);
  return parts;
}

export const named = (names: readonly string[]): NewDevice[] => names.map((deviceName) => ({ deviceName }));
