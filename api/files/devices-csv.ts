import type { RequestHandler } from 'express';
import { isOfOwnDevice } from '../../core/access/permissions/products';
import type { Viewer } from '../../core/access/viewer';
import type { DeviceFilter, DeviceService } from '../../core/devices/contract';
import { UserError } from '../../core/errors';
import type { Device } from '../../schema/model/device/device';
import { reportedModules } from '../../schema/model/device/device-modules';
import { DIALECTS, type Dialect } from '../../schema/model/protocol/dialect';
import type { ErrorLog } from '../errors/present';
import { viewerOf } from '../transport/signed-in';
import { flagOption, queryOptions } from './query-options';
import { sendCsv } from './send-csv';
import { refuse } from './upload';

/** As `DeviceFilterInput`; a tag is two options, since an address has no objects. */
const TEXTS = ['productKey', 'namePrefix', 'module', 'version', 'province', 'city', 'groupId', 'parentId', 'owner', 'endpoint'] as const;
const OPTIONS = [...TEXTS, 'pskIdentity', 'online', 'enabled', 'dialect', 'tagKey', 'tagValue'] as const;

const COLUMNS: Record<string, (device: Device, viewer: Viewer) => string> = {
  product: ({ productKey }) => productKey,
  device: ({ deviceName }) => deviceName,
  dialect: ({ dialect }) => dialect,
  enabled: ({ enabled }) => String(enabled),
  online: ({ online }) => String(online),
  online_changed_at: ({ onlineChangedAt }) => onlineChangedAt?.toISOString() ?? '',
  versions: ({ modules }) =>
    reportedModules(modules)
      .map(({ module, version }) => `${module}=${version}`)
      .join(' '),
  province: ({ region }) => region?.province ?? '',
  city: ({ region }) => region?.city ?? '',
  owner: ({ owner }) => owner ?? '',
  // It may be of another product.
  parent: ({ parentId }, viewer) => (parentId && isOfOwnDevice(viewer, parentId) ? parentId : ''),
  tags: ({ tags = {} }) => (Object.keys(tags).length === 0 ? '' : JSON.stringify(tags)),
  created_at: ({ createdAt }) => createdAt.toISOString(),
};

/** `GET /devices.csv`: one row a device, by the conditions of `devices(filter)`. */
export const devicesCsv =
  (devices: Pick<DeviceService, 'export'>, log: ErrorLog): RequestHandler =>
  async (req, res) => {
    const found = await (async () => devices.export(viewerOf(res), filterOf(queryOptions(req, OPTIONS))))().catch((error: unknown) =>
      refuse(res, error, log),
    );
    if (found) await sendCsv(res, log, { name: 'devices.csv', columns: Object.keys(COLUMNS), rows: rowsOf(found, viewerOf(res)) });
  };

async function* rowsOf(devices: AsyncIterable<Device>, viewer: Viewer): AsyncGenerator<string[]> {
  const values = Object.values(COLUMNS);
  for await (const device of devices) yield values.map((cell) => cell(device, viewer));
}

function filterOf(given: Partial<Record<(typeof OPTIONS)[number], string>>): DeviceFilter {
  const { online, enabled, dialect, tagKey, tagValue, ...texts } = given;
  if ((tagKey === undefined) !== (tagValue === undefined)) throw half(tagKey === undefined ? 'tagKey' : 'tagValue');
  return {
    // An empty one asks for nothing.
    ...Object.fromEntries(Object.entries(texts).filter(([, value]) => value !== '')),
    ...(online !== undefined && { online: flagOption('online', online) }),
    ...(enabled !== undefined && { enabled: flagOption('enabled', enabled) }),
    ...(dialect !== undefined && { dialect: dialectOption(dialect) }),
    ...(tagKey !== undefined && tagValue !== undefined && { tag: { key: tagKey, value: tagValue } }),
  };
}

function dialectOption(value: string): Dialect {
  if ((DIALECTS as readonly string[]).includes(value)) return value as Dialect;
  throw new UserError('INVALID_FORMAT', {
    field: 'dialect',
    message: 'There is no such dialect.',
    hint: `Give one of ${DIALECTS.join(', ')}.`,
    limit: DIALECTS.join(', '),
  });
}

const half = (field: string): UserError =>
  new UserError('REQUIRED', { field, message: `The address names a tag without ${field}.`, hint: 'Give tagKey and tagValue.' });
