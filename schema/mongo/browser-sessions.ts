import { type BrowserSession, ROLES, type SignInLink } from '../model/access';
import { date, list, nullable, object, oneOf, optional, schemaOf, text } from './declaration';

export const browserSessionSchema = schemaOf<BrowserSession>({
  _id: text,
  actorId: text,
  keyId: optional(text),
  person: optional(
    object<NonNullable<BrowserSession['person']>>({
      issuer: text,
      subject: text,
      name: text,
      role: oneOf(ROLES),
      products: nullable(list(text)),
      terms: text,
    }),
  ),
  user: optional(
    object<NonNullable<BrowserSession['user']>>({
      owner: text,
      name: text,
      products: nullable(list(text)),
      madeBy: optional(text),
      issuer: optional(text),
      terms: optional(text),
    }),
  ),
  createdAt: date,
  usedAt: date,
  expiresAt: date,
});
browserSessionSchema.index({ actorId: 1, createdAt: 1 });
browserSessionSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

export const signInLinkSchema = schemaOf<SignInLink>({ _id: text, expiresAt: date });
signInLinkSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
