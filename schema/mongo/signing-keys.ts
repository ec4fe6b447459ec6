import { SIGNATURE_ALGORITHMS } from '../model/package/signature';
import type { SigningKey } from '../model/package/signing-key';
import { date, oneOf, schemaOf, text } from './declaration';

export const signingKeySchema = schemaOf<SigningKey>({
  _id: text,
  productKey: text,
  name: text,
  algorithm: oneOf(SIGNATURE_ALGORITHMS),
  publicKeyPem: text,
  fingerprint: text,
  addedBy: text,
  addedAt: date,
});

/** One key once, whatever its name; also the keys of a product. */
signingKeySchema.index({ productKey: 1, fingerprint: 1 }, { unique: true });
