import type { AuditEntry } from '../../schema/model/audit';
import type { Collections } from '../../schema/mongo/connect';
import { UserError } from '../errors';

export interface AuditWriter {
  /** Resolves when the entry is in the store. Throws BUSY when too many wait. */
  write(entry: AuditEntry): Promise<void>;
  /** When all that waits is written. */
  close(): Promise<void>;
}

interface Waiting {
  entry: AuditEntry;
  resolve(): void;
  reject(error: unknown): void;
}

const AT_ONCE = 500;
const MOST_WAITING = 10_000;

/** Entries that come while one write is under way go together with the next: many at once cost little more than one. */
export function createAuditWriter({ auditEntries }: Pick<Collections, 'auditEntries'>): AuditWriter {
  const waiting: Waiting[] = [];
  let writing: Promise<void> | null = null;

  async function writeAll(): Promise<void> {
    while (waiting.length > 0) {
      const group = waiting.splice(0, AT_ONCE);
      try {
        await auditEntries.insertMany(
          group.map(({ entry }) => entry),
          { ordered: false },
        );
        for (const { resolve } of group) resolve();
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
  }

  return {
    write(entry) {
      if (waiting.length >= MOST_WAITING) {
        return Promise.reject(
          new UserError('BUSY', {
            message: 'The audit trail is written to more often than the store takes. What was asked for may have been carried out.',
            hint: 'Look whether the change was made, and try again in a few seconds.',
          }),
        );
      }
      const written = new Promise<void>((resolve, reject) => waiting.push({ entry, resolve, reject }));
      writing ??= writeAll().finally(() => {
        writing = null;
      });
      return written;
    },
    close: async () => {
      await writing;
    },
  };
}
