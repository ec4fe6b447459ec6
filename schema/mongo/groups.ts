import type { Group, GroupDynamics } from '../model/device/group';
import type { GroupRule } from '../model/device/group-rule';
import { anyObject, date, flag, list, nullable, number, object, optional, schemaOf, text } from './declaration';

const dynamics = object<GroupDynamics>({
  /** Nested as deep as people like. */
  rule: anyObject<GroupRule>(),
  revision: number,
  filled: flag,
  checkAt: date,
  checkingUntil: optional(date),
});

export const groupSchema = schemaOf<Group>({
  _id: text,
  name: text,
  parentId: nullable(text),
  ancestors: list(text),
  createdBy: text,
  createdAt: date,
  dynamic: optional(dynamics),
});

groupSchema.index({ name: 1 }, { unique: true });
groupSchema.index({ parentId: 1, _id: 1 });
groupSchema.index({ ancestors: 1 });
