import type { Gate } from '../model/cell/gate';
import type { CellSlot } from '../model/cell/holding';
import { CELL_LEVELS, type CellLevel } from '../model/cell/level';
import { date, flag, list, nullable, number, object, oneOf, schemaOf, text } from './declaration';

/** R-FLOW-4: the devices of one coverage level in a radio cell. There as long as slots are taken or waited for. */
export interface StoredCell {
  /** `<cell> <level>` */
  _id: string;
  cell: string;
  level: CellLevel;
  /** Those taken, and those kept for tasks that were called. */
  slots: CellSlot[];
  /** When a slot was last refused, as long as somebody may wait for one; null: nobody does. */
  refusedAt: Date | null;
  /** When it is looked at next: whether holders are still there, and who is to be called. */
  dueAt: Date;
}

export const cellKey = ({ cell, level }: Gate): string => `${cell} ${level}`;

export const cellSchema = schemaOf<StoredCell>({
  _id: text,
  cell: text,
  level: oneOf(CELL_LEVELS),
  slots: list(object<CellSlot>({ taskId: text, attempt: number, held: flag, at: date, until: date })),
  refusedAt: nullable(date),
  dueAt: date,
});

/** What a task holds. */
cellSchema.index({ 'slots.taskId': 1 });
cellSchema.index({ dueAt: 1 });
