import { Schema } from 'mongoose';
import { storedIn } from './options';

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

const pairSchema = new Schema<StoredKeyPair>(
  {
    keyId: { type: String, required: true },
    publicKeyPem: { type: String, required: true },
    sealedPrivateKey: { type: String, required: true },
    createdAt: { type: Date, required: true },
  },
  { _id: false },
);

export const secureUpdateSchema = new Schema<StoredSecureUpdate>(
  {
    _id: { type: String, required: true },
    active: { type: Boolean, required: true },
    current: { type: pairSchema, required: true },
    next: { type: pairSchema, default: null },
  },
  storedIn('secureUpdates'),
);
