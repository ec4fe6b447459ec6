import type { Collections } from '../schema/mongo/connect';
import { finishBatchDeletions } from './batches/delete';
import { type Retention, removeOld } from './batches/retention';
import type { Clock } from './clock';
import type { CoreParts } from './core-parts';
import { sweepImports } from './device-imports/creation';
import { sweepLists } from './device-lists/service';
import { sweepOrphans } from './packages/upload-record';
import type { UpgradeEngine } from './ports';

type Log = (details: object, message: string) => void;

/** Work that a process does again and again. It finds in the store what is due, so several processes may do it at once. */
export interface PeriodicJob {
  name: string;
  everyMs: number;
  /** What the log says after a run that failed; the next run tries again. */
  failure: string;
  /** True: the process is ready only after the first run. */
  beforeReady?: true;
  /** Ends early when the signal is aborted; throws when it fails. */
  run(signal: AbortSignal, log: Log): Promise<unknown>;
}

export interface ApiJobDeps {
  collections: Collections;
  engine: Pick<UpgradeEngine, 'restartBatch'>;
  parts: Pick<CoreParts, 'files' | 'sweepUploads' | 'imports' | 'audit' | 'sampler'>;
  /** Days that series are kept. */
  seriesDays: number;
  /** Days that entries of the audit trail are kept. */
  auditDays: number;
  retention: Retention;
  clock: Clock;
}

/** What crashes and clients that gave up leave of uploads, imports and batches. */
export const apiJobs = ({ collections, engine, parts, retention, auditDays, seriesDays, clock }: ApiJobDeps): PeriodicJob[] => [
  {
    name: 'sweep',
    everyMs: 10 * 60_000,
    failure: 'Expired uploads, lists or imports could not be removed; it is tried again',
    beforeReady: true,
    async run(signal, log) {
      const swept = (await sweepOrphans(collections, parts.files, clock())) + (await parts.sweepUploads());
      await sweepLists(collections, clock(), signal);
      await sweepImports(collections, clock(), signal);
      if (swept > 0) log({ swept }, 'Uploads that nobody goes on with were removed');
    },
  },
  {
    name: 'retention',
    everyMs: 10 * 60_000,
    failure: 'A batch could not be deleted yet; it is tried again',
    async run(signal, log) {
      await finishBatchDeletions({ collections }, signal);
      const removed = await removeOld({ collections, engine, clock }, retention, signal);
      if (removed.batches + removed.tasksOf > 0) log(removed, 'Batches, and tasks of batches, that were kept long enough were removed');
    },
  },
  {
    name: 'imports',
    // A process may die while it creates the devices of an import.
    everyMs: 10_000,
    failure: 'Imports could not be looked for; it is tried again',
    run: () => parts.imports.resume(),
  },
  {
    name: 'series',
    // Early in each minute; one look a minute, by whoever comes first.
    everyMs: 15_000,
    failure: 'The numbers of batches could not be written; the next minute makes good for it',
    run: (signal) => parts.sampler.look(signal),
  },
  {
    name: 'series retention',
    everyMs: 3_600_000,
    failure: 'Old points of series could not be removed; it is tried again',
    run: (signal) => parts.sampler.removeOld(seriesDays, signal),
  },
  {
    name: 'audit',
    // Until it is sealed, whoever may write to the database may remove an entry without a trace.
    everyMs: 2_000,
    failure: 'The audit trail could not be sealed; it is tried again',
    run: (signal) => parts.audit.seal(signal),
  },
  {
    name: 'omitted refusals',
    everyMs: 60_000,
    failure: 'How many refusals were left out of the audit trail could not be written',
    run: () => parts.audit.tellOmitted(),
  },
  {
    name: 'audit retention',
    everyMs: 3_600_000,
    failure: 'Old entries of the audit trail could not be removed; it is tried again',
    async run(signal, log) {
      const segments = await parts.audit.removeOld(auditDays, signal);
      if (segments > 0) log({ segments }, 'Segments of the audit trail that were kept long enough were removed');
      const head = await parts.audit.head();
      // For whoever keeps logs elsewhere: `npm run audit verify` takes it.
      if (head) log(head, 'The audit trail is sealed up to here');
    },
  },
];

export const workerJobs = ({
  lifecycle,
  checkGroups,
  endRegistrations,
  cellSlots,
}: Pick<CoreParts, 'lifecycle' | 'checkGroups' | 'endRegistrations' | 'cellSlots'>): PeriodicJob[] => [
  {
    name: 'start batches',
    // A process may die between storing a batch and starting its workflow.
    everyMs: 60_000,
    failure: 'Batches without a workflow could not be started',
    beforeReady: true,
    run: (signal) => lifecycle.startAll(signal),
  },
  {
    name: 'dynamic groups',
    everyMs: 30_000,
    failure: 'Members of dynamic groups could not be looked for; it is tried again',
    run: (signal) => checkGroups(signal),
  },
  {
    name: 'registrations',
    everyMs: 1_000,
    failure: 'LwM2M registrations whose time is over could not be ended; it is tried again',
    run: (signal) => endRegistrations(signal),
  },
  {
    name: 'cell slots',
    // Of the cells that are due, few as a rule; a slot that a process has lost is free again by it.
    everyMs: 2_000,
    failure: 'Slots of radio cells could not be looked through; it is tried again',
    run: (signal) => cellSlots.sweep(signal),
  },
];
