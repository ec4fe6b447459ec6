import type { GroupRule } from './group-rule';

export const GROUP_KINDS = ['STATIC', 'DYNAMIC'] as const;
export type GroupKind = (typeof GROUP_KINDS)[number];

export const GROUP_STATES = ['READY', 'FILLING'] as const;
export type GroupState = (typeof GROUP_STATES)[number];

/** R-DEV-3: devices that people put together, of any product. A batch for a group is for those in its sub-groups as well. */
export interface Group {
  _id: string;
  name: string;
  parentId: string | null;
  /** From the root down to the parent; empty at the root. */
  ancestors: string[];
  createdBy: string;
  createdAt: Date;
  /** R-DEV-4: set for a dynamic group, which has no sub-groups and is none. */
  dynamic?: GroupDynamics;
}

export interface GroupDynamics {
  rule: GroupRule;
  /** Counts the rules it has had. */
  revision: number;
  /** False from a new rule on, until every device was looked at. */
  filled: boolean;
  /** When every device is looked at next. */
  checkAt: Date;
  /** Somebody is at it until then; absent: nobody is. */
  checkingUntil?: Date;
}

export const kindOfGroup = ({ dynamic }: Pick<Group, 'dynamic'>): GroupKind => (dynamic ? 'DYNAMIC' : 'STATIC');
export const stateOfGroup = ({ dynamic }: Pick<Group, 'dynamic'>): GroupState => (dynamic && !dynamic.filled ? 'FILLING' : 'READY');
