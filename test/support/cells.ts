import type { CoreParts } from '../../core/core-parts';
import type { DeviceToRegister } from '../../core/devices/contract';
import type { Device } from '../../schema/model/device/device';
import type { Store } from '../../schema/mongo/connect';
import { handClock, operator } from './core-parts';
import { meters } from './meters';
import { quietEngine } from './quiet-engine';
import { emptyStore, testStore } from './store';

/** For the tests of a file: a core with the product `cells` of LwM2M devices before each, its store emptied after each. */
export function useCells() {
  const clock = handClock();
  let store: Store;
  let parts: CoreParts;
  beforeAll(async () => {
    store = await testStore();
  });
  beforeEach(async () => {
    parts = await meters({ store, engine: quietEngine(), clock, limits: { devicesPerCall: 3 } }, []);
    await parts.core.products.create(operator, { key: 'cells', name: 'Cells', dialect: 'LWM2M' });
  });
  afterEach(async () => {
    await parts.close();
    await emptyStore(store);
  });
  afterAll(() => store.close());

  const devices = () => parts.core.devices;
  return {
    store: () => store,
    parts: () => parts,
    devices,
    register: (...list: DeviceToRegister[]) => devices().register(operator, 'cells', list),
    id: (deviceName: string) => `cells.${deviceName}`,
    keyOf: async (identity: string) => (await devices().pskOf(identity))?.key.toString('hex') ?? null,
    identities: (device: Device | null | undefined) => device?.lwm2m?.psks?.map(({ identity }) => identity) ?? [],
    psk: (identity: string, key: string) => ({ identity, key }),
  };
}
