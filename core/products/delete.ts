import type { mongo } from 'mongoose';
import type { GroupRule } from '../../schema/model/device/group-rule';
import { samplesOf } from '../../schema/model/series';
import type { Store } from '../../schema/mongo/connect';
import type { Note } from '../calls/calls';
import { UserError } from '../errors';
import { removeInPieces } from '../in-pieces';
import { transaction } from '../transaction';
import { closeProduct } from './in-use';
import { requireProduct } from './require-product';

type Deleted = { _id: string };

export interface DeletionDeps extends Pick<Store, 'connection' | 'collections'> {
  /** API keys are for fewer products than before. */
  onKeysChanged(ids: readonly string[]): void;
}

/** More are not counted. */
const MOST = 100_000;

/**
 * An empty product only, with its signing keys and key pair, its finished imports and its lists: nothing else of it is left. API keys that are limited to it are not for the next
 * product of its key. Throws PRODUCT_UNKNOWN, PRODUCT_NOT_EMPTY.
 */
export async function deleteProduct(deps: DeletionDeps, key: string, note: Note<Deleted>): Promise<Deleted> {
  const limited: string[] = [];
  let deleted: Deleted;
  try {
    deleted = await deleteEmpty(deps, key, note, limited);
  } finally {
    // Also when it is not known whether it was written.
    deps.onKeysChanged(limited);
  }
  // Another product may get its key. Should the process die before, the next one has an older history, and loses it by its age.
  await removeInPieces(deps.collections.seriesSamples, { _id: samplesOf(`p:${key}`) });
  return deleted;
}

/** Fills `limited` with the API keys that were limited to it. */
const deleteEmpty = ({ connection, collections }: DeletionDeps, key: string, note: Note<Deleted>, limited: string[]): Promise<Deleted> =>
  transaction({ connection }, async (session) => {
    const { products, signingKeys, secureUpdates, apiKeys, deviceImports, deviceLists } = collections;
    await closeProduct(collections, key, session);
    const { _id } = await requireProduct(products, key, 'key', session);
    const left = await leftIn(collections, key, session);
    if (left.length > 0) throw notEmpty(left);
    await signingKeys.deleteMany({ productKey: key }, { session });
    await secureUpdates.deleteOne({ _id: key }, { session });
    for await (const { _id: id } of apiKeys.find({ products: key }, { session, projection: { _id: 1 } })) limited.push(id);
    await apiKeys.updateMany({ products: key }, { $pull: { products: key } }, { session });
    // They have names, and secrets, and the sweep removes them: whoever has the next product of the key must not come to them.
    const expired = { $set: { status: 'EXPIRED' as const, expiresAt: new Date(0) } };
    await deviceImports.updateMany({ productKey: key }, expired, { session });
    await deviceLists.updateMany({ productKey: key }, expired, { session });
    await products.deleteOne({ _id: key }, { session });
    await note(session, { _id });
    return { _id };
  });

async function leftIn(collections: DeletionDeps['collections'], productKey: string, session: mongo.ClientSession): Promise<string[]> {
  const { devices, packages, batches, deviceImports, groups } = collections;
  const bounded = { session, limit: MOST };
  const ruled = await groups.find({ dynamic: { $exists: true } }, { session, projection: { dynamic: 1 } }).toArray();
  return [
    counted(await devices.countDocuments({ productKey }, bounded), 'device'),
    counted(await packages.countDocuments({ productKey, deletedAt: null }, bounded), 'package'),
    counted(await batches.countDocuments({ productKey, deletedAt: null }, bounded), 'batch', 'batches'),
    counted(await deviceImports.countDocuments({ productKey, endedAt: null, status: { $ne: 'EXPIRED' } }, bounded), 'unfinished import'),
    counted(
      ruled.filter(({ dynamic }) => dynamic && namesProduct(dynamic.rule, productKey)).length,
      'dynamic group that names it',
      'dynamic groups that name it',
    ),
  ].filter((text) => text !== null);
}

const counted = (count: number, one: string, several = `${one}s`): string | null =>
  count === 0 ? null : `${count}${count === MOST ? ' or more' : ''} ${count === 1 ? one : several}`;

function namesProduct(rule: GroupRule, key: string): boolean {
  if ('field' in rule) return rule.field === 'PRODUCT' && rule.operator !== 'PREFIX' && rule.values.includes(key);
  const parts = 'all' in rule ? rule.all : 'any' in rule ? rule.any : rule.none;
  return parts.some((part) => namesProduct(part, key));
}

const notEmpty = (left: readonly string[]): UserError =>
  new UserError('PRODUCT_NOT_EMPTY', {
    field: 'key',
    message: `The product still has ${left.length === 1 ? left[0] : `${left.slice(0, -1).join(', ')} and ${left.at(-1)}`}.`,
    hint: 'Delete those first: only an empty product is deleted.',
  });
