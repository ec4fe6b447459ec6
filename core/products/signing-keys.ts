import { createHash, createPublicKey } from 'node:crypto';
import { FIXED_LIMITS, type Limits } from '../../schema/model/limits';
import { signingKeyNameViolation } from '../../schema/model/names';
import { algorithmOf, keyNotRead, type SignatureAlgorithm } from '../../schema/model/package/signature';
import type { SigningKey } from '../../schema/model/package/signing-key';
import type { Violation } from '../../schema/model/violation';
import type { Collections, Store } from '../../schema/mongo/connect';
import type { Viewer } from '../access/viewer';
import { answerOutdated, type Calls, type Note } from '../calls/calls';
import type { Clock } from '../clock';
import { isDuplicateKey } from '../duplicate-key';
import { UserError } from '../errors';
import { refuseIfAny } from '../refuse';
import { transaction } from '../transaction';
import { useProduct } from './in-use';
import { requireProduct } from './require-product';

export interface NewSigningKey {
  productKey: string;
  name: string;
  publicKeyPem: string;
  idempotencyKey?: string | null;
}

interface KeyDeps {
  connection: Store['connection'];
  calls: Calls;
  collections: Pick<Collections, 'products' | 'signingKeys' | 'settings'>;
  settings: { limits: Pick<Limits, 'signingKeys'> };
  clock: Clock;
}

interface ReadKey {
  algorithm: SignatureAlgorithm;
  publicKeyPem: string;
  fingerprint: string;
}

/** R-PKG-7: a key is added and never changed: what was signed with it stays checkable. */
export async function addSigningKey(deps: KeyDeps, viewer: Viewer, { idempotencyKey, ...input }: NewSigningKey): Promise<SigningKey> {
  const { signingKeys } = deps.collections;
  return deps.calls.once<SigningKey, Pick<SigningKey, '_id' | 'addedAt'>>(
    viewer,
    { mutation: 'addSigningKey', idempotencyKey, input },
    {
      make: (note) => makeSigningKey(deps, viewer, input, note),
      async again(made) {
        const key = await signingKeys.findOne(made);
        if (key === null) throw answerOutdated('the product was deleted');
        return key;
      },
    },
  );
}

async function makeSigningKey(
  deps: KeyDeps,
  viewer: Viewer,
  input: Omit<NewSigningKey, 'idempotencyKey'>,
  note: Note<Pick<SigningKey, '_id' | 'addedAt'>>,
): Promise<SigningKey> {
  const { collections, settings, clock } = deps;
  const { productKey, name } = input;
  await requireProduct(collections.products, productKey);
  const key = readKey(input.publicKeyPem);
  refuseIfAny([signingKeyNameViolation(name, 'name'), 'code' in key ? key : null]);
  const { signingKeys } = collections;
  if ((await signingKeys.countDocuments({ productKey })) >= settings.limits.signingKeys) throw tooManyKeys(settings.limits.signingKeys);
  const document: SigningKey = {
    _id: `${productKey}.${name}`,
    productKey,
    name,
    ...(key as ReadKey),
    addedBy: viewer.actorId,
    addedAt: clock(),
  };
  try {
    await transaction(deps, async (session) => {
      await useProduct(collections, productKey, session);
      await signingKeys.insertOne(document, { session });
      await note(session, { _id: document._id, addedAt: document.addedAt });
    });
    return document;
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    const same = await signingKeys.findOne({ productKey, fingerprint: document.fingerprint });
    throw keyExists(same?.name ?? name);
  }
}

/** The key as it is kept, whatever text came around it, or why it is not taken. */
function readKey(pem: unknown): ReadKey | Violation {
  if (typeof pem !== 'string' || pem.length > FIXED_LIMITS.publicKeyLength) return keyNotRead();
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(pem)) return algorithmOf({ type: 'private', kind: '' }) as Violation;
  if (!/-----BEGIN (RSA )?PUBLIC KEY-----/.test(pem)) return keyNotRead();
  try {
    const key = createPublicKey(pem);
    const { namedCurve: curve, modulusLength: bits } = key.asymmetricKeyDetails ?? {};
    const algorithm = algorithmOf({ type: 'public', kind: key.asymmetricKeyType ?? '', curve, bits });
    if (typeof algorithm !== 'string') return algorithm;
    const fingerprint = createHash('sha256')
      .update(key.export({ type: 'spki', format: 'der' }))
      .digest('hex');
    return { algorithm, publicKeyPem: key.export({ type: 'spki', format: 'pem' }).toString(), fingerprint };
  } catch {
    return keyNotRead();
  }
}

const tooManyKeys = (maximum: number): UserError =>
  new UserError('TOO_MANY', {
    field: 'productKey',
    message: `The product has ${maximum} signing keys already.`,
    hint: 'Sign with one of them; keys are never taken away.',
    limit: `${maximum} keys`,
  });

const keyExists = (name: string): UserError =>
  new UserError('SIGNING_KEY_EXISTS', {
    field: 'name',
    message: `The product has this name or this key already, as ${name}.`,
    hint: 'Keys are never changed: add a new key under another name.',
    conflictingId: name,
  });
