import type { Kept, RequestRates } from '../limits';

interface OperatingLimit {
  description: string;
  /** What null stands for, where it can be. */
  none?: string;
  of(settings: { kept: Kept; rates: RequestRates }): number | null;
}

const EACH_PROCESS = 'in each process of the API; further ones are answered with RATE_LIMITED';
const NOT_LIMITED = 'they are not limited';
const FOR_EVER = 'for ever';

/** How this installation is run, beside the limits of the product: fields of the same type of the API. */
export const OPERATING_LIMITS = {
  keepTasksDays: {
    description: 'Days after the end of a batch that its tasks are kept.',
    none: FOR_EVER,
    of: ({ kept }) => kept.tasksDays,
  },
  keepBatchesDays: { description: 'Days after its end that a batch is kept.', none: FOR_EVER, of: ({ kept }) => kept.batchesDays },
  keepAuditDays: { description: 'Days that entries of the audit trail are kept.', of: ({ kept }) => kept.auditDays },
  keepSeriesDays: {
    description: 'Days that the numbers of batches and of the platform over time are kept, coarser with age.',
    of: ({ kept }) => kept.seriesDays,
  },
  keyRequestsPerSecond: {
    description: `Most requests a second over time of one API key, ${EACH_PROCESS}.`,
    none: NOT_LIMITED,
    of: ({ rates }) => rates.key || null,
  },
  personRequestsPerSecond: {
    description: `Most requests a second over time of one person, ${EACH_PROCESS}.`,
    none: NOT_LIMITED,
    of: ({ rates }) => rates.person || null,
  },
  appUserRequestsPerSecond: {
    description: `Most requests a second over time of one owner, whose app it is, ${EACH_PROCESS}.`,
    none: NOT_LIMITED,
    of: ({ rates }) => rates.appUser || null,
  },
  requestBurstSeconds: {
    description: 'After a pause, the requests of so many seconds may come at once.',
    of: ({ rates }) => rates.burstSeconds,
  },
} as const satisfies Record<string, OperatingLimit>;

export const operatingLimitsOf = (settings: { kept: Kept; rates: RequestRates }): Record<string, number | null> =>
  Object.fromEntries(Object.entries(OPERATING_LIMITS).map(([name, { of }]) => [name, of(settings)]));
