import type { Product } from '../model/product';
import { DIALECTS } from '../model/protocol/dialect';
import { date, flag, number, oneOf, optional, schemaOf, text } from './declaration';

export const productSchema = schemaOf<Product>({
  _id: text,
  name: text,
  dialect: oneOf(DIALECTS),
  selfSignedUrls: optional(flag),
  confirmByQuery: optional(flag),
  plainCoap: optional(flag),
  awakeSeconds: optional(number),
  ackTimeoutSeconds: optional(number),
  refuseConflictingBatches: optional(flag),
  lastBatchId: optional(text),
  createdAt: date,
});
