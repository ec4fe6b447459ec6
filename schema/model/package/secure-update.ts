/** R-PKG-8: a product's Secure Update as everybody may see it; the private key is nowhere in it. */
export interface SecureUpdate {
  productKey: string;
  active: boolean;
  /** RSA-2048, SubjectPublicKeyInfo. */
  publicKeyPem: string;
  /** Of a pair that is prepared and signs nothing yet. */
  nextPublicKeyPem: string | null;
  createdAt: Date;
}
