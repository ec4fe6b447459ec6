import { moduleKey, moduleViolation } from '../../schema/model/device/module-version';
import type { Collections } from '../../schema/mongo/connect';
import type { VersionCountRow } from '../../schema/mongo/version-counts';
import { decodeCursor, encodeCursor } from '../paging/cursor';
import type { Page, PageRequest } from '../paging/page';
import { firstOf } from '../paging/page-of';
import { refuseIfAny } from '../refuse';
import type { CoreSettings } from '../settings';
import type { ModuleSummary, VersionCount } from './contract';
import { requireProduct } from './require-product';
import { partsOf, type VersionCounts } from './version-counts';

export interface ModuleDeps {
  collections: Pick<Collections, 'products' | 'packages' | 'versionCounts'>;
  settings: Pick<CoreSettings, 'limits'>;
  versionCounts: VersionCounts;
}

/** R-PKG-11: the versions of a module that devices have now, by version. */
export async function moduleVersions(
  deps: ModuleDeps,
  productKey: string,
  name: string,
  request: PageRequest,
): Promise<Page<VersionCount>> {
  refuseIfAny([moduleViolation(name, 'module')]);
  const module = moduleKey(name);
  await requireProduct(deps.collections.products, productKey);
  const { first, after } = wishOf('version', request, deps.settings);
  return deps.versionCounts.read(productKey, async (deltas, session) => {
    const changed = [...deltas]
      .map(([id, devices]) => ({ ...partsOf(id), devices }))
      .filter((row) => row.module === module && byText(row.version, after) > 0);
    const rows: Pick<VersionCountRow, 'version' | 'devices'>[] = await deps.collections.versionCounts
      .find({ productKey, module, version: { $gt: after } }, { session, projection: { _id: 0, version: 1, devices: 1 } })
      .sort({ version: 1 })
      // Each change may take one row away.
      .limit(first + 1 + changed.length)
      .toArray();
    const counts = sums([...rows, ...changed].map(({ version, devices }) => [version, devices]));
    return pageFrom(
      'version',
      sorted(counts).map(([version, devices]) => ({ version, devices })),
      first,
      ({ version }) => version,
    );
  });
}

/** Every module that a device reported or a package names, by name. */
export async function modules(deps: ModuleDeps, productKey: string, request: PageRequest): Promise<Page<ModuleSummary>> {
  const { products, packages, versionCounts } = deps.collections;
  await requireProduct(products, productKey);
  const { first, after } = wishOf('module', request, deps.settings);
  const inPackages = await packages
    .aggregate<{ _id: string; packages: number }>([
      { $match: { productKey, deletedAt: null, module: { $gt: after } } },
      { $group: { _id: '$module', packages: { $sum: 1 } } },
    ])
    .toArray();
  return deps.versionCounts.read(productKey, async (deltas, session) => {
    const changed = [...deltas]
      .map(([id, devices]) => [partsOf(id).module, devices] as const)
      .filter(([module]) => byText(module, after) > 0);
    const pipeline = [
      { $match: { productKey, module: { $gt: after } } },
      { $group: { _id: '$module', devices: { $sum: '$devices' } } },
      { $sort: { _id: 1 } },
      { $limit: first + 1 + changed.length },
    ];
    const rows = await versionCounts.aggregate<{ _id: string; devices: number }>(pipeline, { session }).toArray();
    const devices = sums([...rows.map(({ _id, devices }) => [_id, devices] as const), ...changed]);
    const byPackage = new Map(inPackages.map(({ _id, packages }) => [_id, packages]));
    const found = [...new Set([...sorted(devices).map(([name]) => name), ...byPackage.keys()])].sort(byText);
    const summaries = found.map((name) => ({ name, devices: devices.get(name) ?? 0, packages: byPackage.get(name) ?? 0 }));
    return pageFrom('module', summaries, first, ({ name }) => name);
  });
}

function wishOf(order: string, request: PageRequest, { limits }: Pick<CoreSettings, 'limits'>): { first: number; after: string } {
  const after = request.after == null ? '' : decodeCursor(order, 1, request.after)[0];
  return { first: firstOf(request, limits.pageSize), after: String(after) };
}

function pageFrom<T>(order: string, rows: readonly T[], first: number, keyOf: (row: T) => string): Page<T> {
  return {
    rows: rows.slice(0, first).map((node) => ({ node, cursor: encodeCursor(order, [keyOf(node)]) })),
    hasNextPage: rows.length > first,
  };
}

function sums(entries: readonly (readonly [string, number])[]): Map<string, number> {
  const total = new Map<string, number>();
  for (const [key, by] of entries) total.set(key, (total.get(key) ?? 0) + by);
  return total;
}

/** As the store orders them: by code point, which JavaScript's own comparison does not. */
const byText = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
const sorted = (counts: Map<string, number>): [string, number][] =>
  [...counts].filter(([, devices]) => devices > 0).sort(([a], [b]) => byText(a, b));
