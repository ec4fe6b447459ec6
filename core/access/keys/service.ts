import type { Store } from '../../../schema/mongo/connect';
import { answerOutdated, type Calls } from '../../calls/calls';
import { insertNoted } from '../../calls/insert-noted';
import type { Clock } from '../../clock';
import { displayNameViolation } from '../../display-name';
import { pageOf } from '../../paging/page-of';
import { refuseIfAny } from '../../refuse';
import type { CoreSettings } from '../../settings';
import type { AccessService } from '../contract';
import { requireRole } from '../require-role';
import { requireGood } from '../still-good';
import type { ApiKey, Role, Viewer } from '../viewer';
import { appDevices, withOwnDevices } from './app-devices';
import { createKeyAuthenticator, type KeyAuthenticator } from './authenticate';
import { insertFirstKey } from './bootstrap';
import { hashOf, newKey } from './key-format';
import { revoke } from './revoke';
import { expiryViolation, keysOf, productViolations } from './rights';
import { updateKey } from './update';

export interface KeyDeps {
  store: Pick<Store, 'connection' | 'collections'>;
  settings: Pick<CoreSettings, 'limits'>;
  clock: Clock;
  calls: Calls;
  /** A key was revoked here, or given other rights. */
  onChanged(id: string): void;
}

interface NewKey {
  key: string;
  apiKey: ApiKey;
}
interface ToldKey {
  key: string;
  _id: string;
}

export type KeyService = Pick<AccessService, 'bootstrap' | 'createKey' | 'updateKey' | 'revokeKey' | 'keys' | 'keyRights'>;

export function createKeyService({ store, settings, clock, calls, onChanged }: KeyDeps): {
  service: KeyService;
  authenticator: Omit<KeyAuthenticator, 'forget'>;
  /** They were given other rights by somebody else in this process. */
  changed(ids: readonly string[]): void;
} {
  const { apiKeys, devices } = store.collections;
  const authenticator = createKeyAuthenticator(apiKeys, clock);
  const own = (viewer: Viewer | null) => viewer && withOwnDevices(devices, viewer);

  function make(
    name: string,
    role: Role,
    createdBy: string | null,
    rights: Pick<ApiKey, 'deviceIds' | 'registrations' | 'products' | 'expiresAt'> = {},
  ): NewKey {
    const { id, secret, key } = newKey();
    const hash = hashOf(secret).toString('hex');
    const unused = { revokedAt: null, lastUsedAt: null };
    return { key, apiKey: { _id: id, name, role, ...rights, hash, createdBy, createdAt: clock(), ...unused } };
  }

  const service: KeyService = {
    async bootstrap() {
      const { key, apiKey } = make('first administrator', 'ADMINISTRATOR', null);
      return (await insertFirstKey(store, apiKey)) ? key : null;
    },
    async createKey(viewer, { idempotencyKey, ...input }) {
      requireRole(viewer, 'ADMINISTRATOR');
      const { name, role } = input;
      const { products, expiresAt = null } = input;
      refuseIfAny([
        displayNameViolation(name, 'name'),
        expiryViolation(viewer, expiresAt, clock()),
        ...(role === 'APP' ? [] : await productViolations(store.collections.products, viewer, products)),
      ]);
      let isNew = false;
      const made = await calls.once<NewKey, ToldKey>(
        viewer,
        { mutation: 'createApiKey', idempotencyKey, input },
        {
          async make(note) {
            const fresh = make(name.trim(), role, viewer.actorId, {
              ...(await appDevices(devices, input, viewer, settings.limits)),
              expiresAt,
            });
            isNew = true;
            await insertNoted(store, apiKeys, fresh.apiKey, note, { key: fresh.key, _id: fresh.apiKey._id });
            return fresh;
          },
          async again({ key, _id }) {
            const apiKey = await apiKeys.findOne({ _id });
            if (apiKey === null || apiKey.revokedAt) throw answerOutdated('the key was revoked', _id);
            return { key, apiKey };
          },
        },
      );
      try {
        // Afterwards: a key that is revoked meanwhile, or is still known to be good here, must not live on in another.
        await requireGood(store.collections, viewer);
      } catch (error) {
        if (isNew) await apiKeys.deleteOne({ _id: made.apiKey._id });
        throw error;
      }
      return made;
    },
    async updateKey(viewer, id, changes) {
      requireRole(viewer, 'ADMINISTRATOR');
      try {
        const { before, apiKey } = await updateKey(store, viewer, id, changes, clock());
        if (JSON.stringify(before.products ?? null) !== JSON.stringify(apiKey.products ?? null)) onChanged(id);
        return apiKey;
      } finally {
        authenticator.forget(id);
      }
    },
    async revokeKey(viewer, id) {
      requireRole(viewer, 'ADMINISTRATOR');
      try {
        const apiKey = await revoke(store, id, viewer, clock());
        onChanged(id);
        return apiKey;
      } finally {
        // Also when it is not known whether it was written: asking the store once more harms nobody.
        authenticator.forget(id);
      }
    },
    async keys(viewer, page) {
      requireRole(viewer, 'ADMINISTRATOR');
      return pageOf(apiKeys, keysOf(viewer), { createdAt: -1, _id: -1 }, page, settings.limits);
    },
    keyRights: (id) => apiKeys.findOne({ _id: id }, { projection: { _id: 0, name: 1, products: 1, expiresAt: 1 } }),
  };
  return {
    service,
    authenticator: {
      authenticate: async (key) => own(await authenticator.authenticate(key)),
      viewerOf: async (id) => own(await authenticator.viewerOf(id)),
    },
    changed(ids) {
      for (const id of ids) {
        authenticator.forget(id);
        onChanged(id);
      }
    },
  };
}
