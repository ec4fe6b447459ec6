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

export interface KeyDeps {
  store: Pick<Store, 'connection' | 'collections'>;
  settings: Pick<CoreSettings, 'limits'>;
  clock: Clock;
  calls: Calls;
  /** A key was revoked here. */
  onRevoked(id: string): void;
}

interface NewKey {
  key: string;
  apiKey: ApiKey;
}
interface ToldKey {
  key: string;
  _id: string;
}

export type KeyService = Pick<AccessService, 'bootstrap' | 'createKey' | 'revokeKey' | 'keys'>;

export function createKeyService({ store, settings, clock, calls, onRevoked }: KeyDeps): {
  service: KeyService;
  authenticator: Omit<KeyAuthenticator, 'forget'>;
} {
  const { apiKeys, devices } = store.collections;
  const authenticator = createKeyAuthenticator(apiKeys, clock);
  const own = (viewer: Viewer | null) => viewer && withOwnDevices(devices, viewer);

  function make(name: string, role: Role, createdBy: string | null, ofApp: Pick<ApiKey, 'deviceIds' | 'registrations'> = {}): NewKey {
    const { id, secret, key } = newKey();
    const hash = hashOf(secret).toString('hex');
    const unused = { revokedAt: null, lastUsedAt: null };
    return { key, apiKey: { _id: id, name, role, ...ofApp, hash, createdBy, createdAt: clock(), ...unused } };
  }

  const service: KeyService = {
    async bootstrap() {
      const { key, apiKey } = make('first administrator', 'ADMINISTRATOR', null);
      return (await insertFirstKey(store, apiKey)) ? key : null;
    },
    async createKey(viewer, { idempotencyKey, ...input }) {
      requireRole(viewer, 'ADMINISTRATOR');
      const { name, role } = input;
      refuseIfAny([displayNameViolation(name, 'name')]);
      let isNew = false;
      const made = await calls.once<NewKey, ToldKey>(
        viewer,
        { mutation: 'createApiKey', idempotencyKey, input },
        {
          async make(note) {
            const fresh = make(name.trim(), role, viewer.actorId, await appDevices(devices, input, settings.limits));
            isNew = true;
            await insertNoted(store, apiKeys, fresh.apiKey, note, { key: fresh.key, _id: fresh.apiKey._id });
            return fresh;
          },
          async again({ key, _id }) {
            const apiKey = await apiKeys.findOne({ _id });
            if (apiKey === null) throw answerOutdated('the key was taken back', _id);
            return { key, apiKey };
          },
        },
      );
      try {
        // Afterwards: a key that is revoked meanwhile, or is still known to be good here, must not live on in another.
        await requireGood(store.collections, viewer.actorId);
      } catch (error) {
        if (isNew) await apiKeys.deleteOne({ _id: made.apiKey._id });
        throw error;
      }
      return made;
    },
    async revokeKey(viewer, id) {
      requireRole(viewer, 'ADMINISTRATOR');
      try {
        const apiKey = await revoke(store, id, viewer.actorId, clock());
        onRevoked(id);
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
  return {
    service,
    authenticator: {
      authenticate: async (key) => own(await authenticator.authenticate(key)),
      viewerOf: async (id) => own(await authenticator.viewerOf(id)),
    },
  };
}
