import type { Store } from '../../schema/mongo/connect';
import type { Clock } from '../clock';
import type { AccessService } from '../core';
import { displayNameViolation } from '../display-name';
import { pageOf } from '../paging/page-of';
import { refuseIfAny } from '../refuse';
import type { CoreSettings } from '../settings';
import { appDevices, withOwnDevices } from './app-devices';
import { createAuthenticator } from './authenticate';
import { insertFirstKey } from './bootstrap';
import { hashOf, newKey } from './key-format';
import { requireRole } from './require-role';
import { revoke } from './revoke';
import type { ApiKey, Role } from './viewer';

export interface AccessDeps {
  store: Pick<Store, 'connection' | 'collections'>;
  settings: Pick<CoreSettings, 'limits'>;
  clock: Clock;
}

export function createAccessService({ store, settings, clock }: AccessDeps): AccessService {
  const { apiKeys } = store.collections;
  const authenticator = createAuthenticator(apiKeys, clock);

  function make(
    name: string,
    role: Role,
    createdBy: string | null,
    devices: Pick<ApiKey, 'deviceIds' | 'registrations'> = {},
  ): { key: string; apiKey: ApiKey } {
    const { id, secret, key } = newKey();
    const hash = hashOf(secret).toString('hex');
    return {
      key,
      apiKey: {
        _id: id,
        name,
        role,
        ...devices,
        hash,
        createdBy,
        createdAt: clock(),
        revokedAt: null,
        lastUsedAt: null,
      },
    };
  }

  return {
    async authenticate(key) {
      const viewer = await authenticator.authenticate(key);
      return viewer && withOwnDevices(store.collections.devices, viewer);
    },
    async bootstrap() {
      const { key, apiKey } = make('first administrator', 'ADMINISTRATOR', null);
      return (await insertFirstKey(store, apiKey)) ? key : null;
    },
    async createKey(viewer, input) {
      requireRole(viewer, 'ADMINISTRATOR');
      const { name, role } = input;
      refuseIfAny([displayNameViolation(name, 'name')]);
      const made = make(name.trim(), role, viewer.keyId, await appDevices(store.collections.devices, input, settings.limits));
      await apiKeys.insertOne(made.apiKey);
      return made;
    },
    async revokeKey(viewer, id) {
      requireRole(viewer, 'ADMINISTRATOR');
      const apiKey = await revoke(store, id, clock());
      authenticator.forget(id);
      return apiKey;
    },
    async keys(viewer, page) {
      requireRole(viewer, 'ADMINISTRATOR');
      return pageOf(apiKeys, {}, { createdAt: -1, _id: -1 }, page, settings.limits);
    },
  };
}
