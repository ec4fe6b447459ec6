import type { SignatureAlgorithm } from './signature';

/** R-PKG-7: a public key that signed packages of a product are checked with. Never changed once it is there. */
export interface SigningKey {
  /** `<productKey>.<name>` */
  _id: string;
  productKey: string;
  name: string;
  algorithm: SignatureAlgorithm;
  /** SubjectPublicKeyInfo. */
  publicKeyPem: string;
  /** SHA-256 of the key's DER, hex. */
  fingerprint: string;
  addedBy: string;
  addedAt: Date;
}
