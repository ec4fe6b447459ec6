import { Readable } from 'node:stream';
import { deviceIdOf, taskIdOf } from '../../../schema/model/ids';
import { aTask } from '../../support/builders';
import { administrator } from '../../support/core-parts';
import { aBatch } from './a-batch';
import type { TestApi } from './test-api';

/** Ids of one thing of each kind that is of a product. */
export interface Things {
  product: string;
  device: string;
  parent: string;
  package: string;
  batch: string;
  task: string;
  list: string;
  import: string;
}

const DEVICE = 'meter-1';

/** A product with one thing of each kind. */
export async function thingsOf(api: TestApi, product: string): Promise<Things> {
  const batch = await aBatch(api, product);
  const { collections } = api.store;
  const { packageId } = (await api.core.batches.get(batch)) as { packageId: string };
  const task = aTask({ ...{ batchId: batch, packageId, productKey: product, deviceName: DEVICE }, status: 'UNCONFIRMED', offerAt: null });
  await collections.tasks.insertOne(task);
  await api.core.devices.register(administrator, product, [{ deviceName: 'parent' }]);
  const list = await api.core.deviceLists.create(administrator, product, Readable.from([`${DEVICE}\n`]));
  const imported = await api.core.deviceImports.create(administrator, { productKey: product }, Readable.from(['deviceName\nimported\n']));
  return {
    ...{ product, device: deviceIdOf(product, DEVICE), parent: deviceIdOf(product, 'parent'), package: packageId },
    ...{ batch, task: task._id, list: list._id, import: imported._id },
  };
}

/** Of the same form, and nothing is there. */
export const NOTHING: Things = {
  ...{ product: 'nothing', device: 'nothing.meter-1', parent: 'nothing.parent', package: 'f'.repeat(24), batch: 'e'.repeat(24) },
  ...{ task: taskIdOf('e'.repeat(24), 'nothing.meter-1'), list: 'no-list', import: 'no-import' },
};

/** An answer with the ids of `things` in words, so that it can be compared with one about others. */
export function inWords(answer: unknown, things: Things): unknown {
  let text = JSON.stringify(answer);
  const ids = Object.entries(things).sort(([, one], [, other]) => other.length - one.length);
  for (const [kind, id] of ids) text = text.replaceAll(id, `<${kind}>`);
  return JSON.parse(text);
}
