import { type Lwm2mSettings, lwm2mSettingsOf } from '../../schema/model/protocol/lwm2m-settings';
import type { Collections } from '../../schema/mongo/connect';
import { createKnown } from '../access/known';
import type { Clock } from '../clock';

/** Every Update asks for them: a change is in force after so long. */
const KEPT_MS = 4_000;
const MOST = 1_000;

export function createProductSettings({ products }: Pick<Collections, 'products'>, clock: Clock) {
  const known = createKnown({
    load: async (key) => lwm2mSettingsOf((await products.findOne({ _id: key })) ?? {}),
    ttlMs: KEPT_MS,
    most: MOST,
    clock,
  });
  return async (productKey: string): Promise<Lwm2mSettings> => (await known.get(productKey)).value ?? lwm2mSettingsOf({});
}
