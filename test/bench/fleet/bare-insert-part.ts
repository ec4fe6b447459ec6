import { randomBytes } from 'node:crypto';
import { deviceSealing } from '../../../core/device-secrets/secrets';
import { deviceOf } from '../../../core/devices/register';
import { connectStore } from '../../../schema/mongo/connect';
import { type Measurement, perSecond, whole } from './measurement';

const AT_ONCE = 1_000;
const IN_FLIGHT = 2;

/** What an import could be at best: the same documents into the same mongod under the same indexes, with nothing read, checked or kept. */
export const bareInsertPart: Measurement = {
  title: 'bare insertMany',
  async run({ count, productKey, platform, nameOf, store, scope }) {
    const bare = await connectStore(platform.mongoUri, { dbName: 'bare', appName: 'bench' });
    try {
      await bare.ensureIndexes();
      const now = new Date();
      const product = { _id: productKey, name: productKey, dialect: 'LINK' as const, createdAt: now };
      const began = performance.now();
      const sealing = deviceSealing([randomBytes(32)]);
      let next = 0;
      const insert = async (): Promise<void> => {
        while (next < count) {
          scope.signal.throwIfAborted();
          const at = next;
          next += AT_ONCE;
          const documents = Array.from({ length: Math.min(AT_ONCE, count - at) }, (_, index) =>
            deviceOf(
              sealing,
              product,
              {
                deviceName: nameOf(at + index),
                region: { province: `province${index % 20}`, city: `city${index % 100}` },
                tags: [{ key: 'site', value: `site-${index}` }],
              },
              now,
            ),
          );
          await bare.collections.devices.insertMany(documents, { ordered: false, writeConcern: { w: 1, journal: false } });
        }
      };
      await Promise.all(Array.from({ length: IN_FLIGHT }, insert));
      const rate = perSecond(count, began);
      const { createdAt, endedAt } = (await store.collections.deviceImports.findOne({}, { sort: { createdAt: -1 } })) ?? {};
      const imported = createdAt && endedAt ? count / ((endedAt.getTime() - createdAt.getTime()) / 1_000) : Number.NaN;
      return [
        {
          what: 'bare insertMany of the same documents',
          measured: `${whole(rate)} devices/s`,
          beside: `the import reaches ${(imported / rate).toFixed(2)} of it`,
          value: rate,
        },
      ];
    } finally {
      await bare.connection.dropDatabase();
      await bare.close();
    }
  },
};
