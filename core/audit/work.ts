import type { Collections } from '../../schema/mongo/connect';
import type { Clock } from '../clock';
import type { Lines } from '../sampled-log';
import type { Sealing } from '../sealing';
import type { CoreSettings } from '../settings';
import type { AuditService } from './contract';
import { type AuditKeys, auditKeys } from './keys';
import { removeOldEntries } from './retention';
import { sealEntries } from './seal';
import { createAudit } from './service';
import { type AuditVerdict, type KnownHead, verifyAudit } from './verify';

/** What is done to the trail from time to time, by any number of processes. */
export interface AuditWork {
  seal(signal?: AbortSignal): Promise<number>;
  removeOld(days: number, signal?: AbortSignal): Promise<number>;
  tellOmitted(): Promise<void>;
  verify(known?: KnownHead): Promise<AuditVerdict>;
  /** The last segment; null before the first. */
  head(): Promise<KnownHead | null>;
}

export interface AuditWorkDeps {
  collections: Collections;
  settings: Pick<CoreSettings, 'limits'>;
  sealing: Sealing;
  clock: Clock;
  log?: Lines;
}

const SILENT: Lines = { warn: () => undefined, error: () => undefined };

/** R-UI-4: the audit trail, and what keeps it. */
export function createAuditWork({ collections, settings, sealing, clock, log = SILENT }: AuditWorkDeps): {
  service: AuditService;
  work: AuditWork;
  keys(): Promise<AuditKeys>;
  close(): Promise<void>;
} {
  let known: Promise<AuditKeys> | null = null;
  /** Read once; again after a failure. */
  const keys = (): Promise<AuditKeys> => {
    known ??= auditKeys(collections, sealing).catch((error) => {
      known = null;
      throw error;
    });
    return known;
  };
  const audit = createAudit({ collections, keys, settings, clock, log });
  const chain = { collections, keys, clock };
  return {
    service: audit.service,
    keys,
    work: {
      seal: (signal) => sealEntries(chain, signal),
      removeOld: (days, signal) => removeOldEntries(chain, days, signal),
      tellOmitted: audit.tellOmitted,
      verify: (head) => verifyAudit(chain, head),
      async head() {
        const [last] = await collections.auditSegments
          .find({}, { projection: { hash: 1 } })
          .sort({ _id: -1 })
          .limit(1)
          .toArray();
        return last ? { segment: last._id, hash: last.hash } : null;
      },
    },
    async close() {
      await audit.tellOmitted().catch(() => undefined);
      await audit.close();
    },
  };
}
