import { date, flag, nullable, object, schemaOf, text } from './declaration';

export interface StoredKeyPair {
  /** SHA-256 of the public key's DER, hex. */
  keyId: string;
  publicKeyPem: string;
  /** PKCS #8, encrypted under the master key. */
  sealedPrivateKey: string;
  createdAt: Date;
}

/** R-PKG-8: apart from the product, so that no reader of products comes near the private key. */
export interface StoredSecureUpdate {
  /** The product's key. */
  _id: string;
  active: boolean;
  current: StoredKeyPair;
  /** Prepared, so that devices can come to know it before it signs. */
  next: StoredKeyPair | null;
}

const pair = object<StoredKeyPair>({ keyId: text, publicKeyPem: text, sealedPrivateKey: text, createdAt: date });

export const secureUpdateSchema = schemaOf<StoredSecureUpdate>({ _id: text, active: flag, current: pair, next: nullable(pair) });
