import { type ApiKey, ROLES } from '../model/access';
import { date, list, nullable, oneOf, optional, schemaOf, text } from './declaration';

export const apiKeySchema = schemaOf<ApiKey>({
  _id: text,
  name: text,
  role: oneOf(ROLES),
  deviceIds: optional(list(text)),
  registrations: optional(list(nullable(text))),
  products: optional(nullable(list(text))),
  expiresAt: optional(nullable(date)),
  hash: text,
  createdBy: nullable(text),
  createdAt: date,
  revokedAt: nullable(date),
  lastUsedAt: nullable(date),
});

apiKeySchema.index({ createdAt: -1, _id: -1 });
