import { type Person, ROLES } from '../model/access';
import { date, list, nullable, oneOf, schemaOf, text } from './declaration';

export const personSchema = schemaOf<Person>({
  _id: text,
  issuer: text,
  subject: text,
  name: text,
  role: oneOf(ROLES),
  products: nullable(list(text)),
  firstSeenAt: date,
  lastSeenAt: date,
  blockedAt: nullable(date),
});

personSchema.index({ firstSeenAt: -1, _id: -1 });
