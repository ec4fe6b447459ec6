/** Levels of groups below each other. */
export const GROUP_DEPTH = 5;
/** Groups that one device may be in. */
export const GROUPS_PER_DEVICE = 100;

/** R-DEV-3: devices that people put together, of any product. A batch for a group is for those in its sub-groups as well. */
export interface Group {
  _id: string;
  name: string;
  parentId: string | null;
  /** From the root down to the parent; empty at the root. */
  ancestors: string[];
  createdBy: string;
  createdAt: Date;
}
