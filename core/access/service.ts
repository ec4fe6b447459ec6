import type { Store } from '../../schema/mongo/connect';
import type { Clock } from '../clock';
import { displayNameViolation } from '../display-name';
import { pageOf } from '../paging/page-of';
import { refuseIfAny } from '../refuse';
import type { CoreSettings } from '../settings';
import { appDevices, withOwnDevices } from './app-devices';
import { createAuthenticator } from './authenticate';
import { insertFirstKey } from './bootstrap';
import type { AccessService } from './contract';
import { createHolds } from './holds';
import { hashOf, newKey } from './key-format';
import { requireRole } from './require-role';
import { requireGood, revoke } from './revoke';
import type { ApiKey, Role, Viewer } from './viewer';

export interface AccessDeps {
  store: Pick<Store, 'connection' | 'collections'>;
  settings: Pick<CoreSettings, 'limits'>;
  clock: Clock;
}

export function createAccessService({ store, settings, clock }: AccessDeps): AccessService {
  const { apiKeys } = store.collections;
  const authenticator = createAuthenticator(apiKeys, clock);

  async function authenticate(key: string | null | undefined): Promise<Viewer | null> {
    const viewer = await authenticator.authenticate(key);
    return viewer && withOwnDevices(store.collections.devices, viewer);
  }

  const holds = createHolds(authenticate);

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
    authenticate,
    hold: holds.hold,
    async bootstrap() {
      const { key, apiKey } = make('first administrator', 'ADMINISTRATOR', null);
      return (await insertFirstKey(store, apiKey)) ? key : null;
    },
    async createKey(viewer, input) {
      requireRole(viewer, 'ADMINISTRATOR');
      const { name, role } = input;
      refuseIfAny([displayNameViolation(name, 'name')]);
      const made = make(name.trim(), role, viewer.actorId, await appDevices(store.collections.devices, input, settings.limits));
      await apiKeys.insertOne(made.apiKey);
      try {
        // Afterwards: a key that is revoked meanwhile, or is still known to be good here, must not live on in another.
        await requireGood(apiKeys, viewer.actorId);
      } catch (error) {
        await apiKeys.deleteOne({ _id: made.apiKey._id });
        throw error;
      }
      return made;
    },
    async revokeKey(viewer, id) {
      requireRole(viewer, 'ADMINISTRATOR');
      try {
        const apiKey = await revoke(store, id, viewer.actorId, clock());
        holds.end(id);
        return apiKey;
      } finally {
        // Also when it is not known whether it was written: asking the store once more harms nobody.
        authenticator.forget(id);
      }
    },
    async keys(viewer, page) {
      requireRole(viewer, 'ADMINISTRATOR');
      return pageOf(apiKeys, {}, { createdAt: -1, _id: -1 }, page, settings.limits);
    },
  };
}
