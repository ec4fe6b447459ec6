import type {
  BatchDelivery,
  ChosenPackageFragment,
  DownloadProtocol,
  DownloadScheme,
  NewBatchSettingQuery,
  RateThreshold,
} from '../../../generated/pages/new-batch/documents.js';

export type Limits = NonNullable<NewBatchSettingQuery['limits']>;

export type ScopeKind = 'all' | 'names' | 'list' | 'region' | 'share' | 'group';

/** Empty, or not yet a number, while somebody types. */
export type Entered = number | string;

/** The form as it is shown: what is hidden by a choice stays, so that it is there when the choice is taken back. */
export interface Values {
  packageId: string;
  name: string;
  kind: 'STATIC' | 'DYNAMIC';
  newlyReportedOnly: boolean;
  scope: ScopeKind;
  deviceNames: string[];
  listId: string;
  province: string;
  city: string;
  percent: Entered;
  seed: string;
  groupId: string;
  sourceVersions: string[];
  start: 'now' | 'scheduled';
  /** In the viewer's zone, as `<input type="datetime-local">` has them. */
  startAt: string;
  endAt: string;
  rate: 'constant' | 'variable' | 'none';
  perMinute: Entered;
  base: Entered;
  factor: Entered;
  maximum: Entered;
  threshold: RateThreshold;
  thresholdCount: Entered;
  retry: boolean;
  intervalMinutes: string;
  maxRetries: string;
  timeoutMinutes: Entered;
  confirmation: boolean;
  maxTimes: Entered;
  maxHours: Entered;
  /** The API has two settings, of which at most one may be on. */
  others: 'keep' | 'override' | 'beside';
  halt: boolean;
  failedPercent: Entered;
  failedCount: Entered;
  minimumJudged: Entered;
  downloadProtocol: DownloadProtocol;
  delivery: BatchDelivery;
  /** None chosen: all that the installation has. */
  schemes: DownloadScheme[];
  tags: { key: string; value: string }[];
}

/** The offered value that is nearest to one that most will want. */
const nearest = (wanted: number, offered: readonly number[]): string =>
  String([...offered].sort((a, b) => Math.abs(a - wanted) - Math.abs(b - wanted))[0] ?? wanted);

const within = (wanted: number, least: number, most: number): number => Math.min(Math.max(wanted, least), most);

/** What a form begins with: a gentle rate, and what is advised for retries where they are switched on. */
export function initialValues(limits: Limits): Values {
  return {
    packageId: '',
    name: '',
    kind: 'STATIC',
    newlyReportedOnly: false,
    scope: 'all',
    deviceNames: [],
    listId: '',
    province: '',
    city: '',
    percent: 10,
    seed: '',
    groupId: '',
    sourceVersions: [],
    start: 'now',
    startAt: '',
    endAt: '',
    rate: 'constant',
    perMinute: within(100, limits.rateMinimum, limits.rateMaximum),
    base: within(10, limits.rateBaseMinimum, limits.rateMaximum),
    factor: within(200, limits.rateFactorMinimum, limits.rateFactorMaximum) / 100,
    maximum: within(1_000, limits.rateMinimum, limits.rateMaximum),
    threshold: 'SUCCEEDED',
    thresholdCount: within(100, 1, limits.rateThresholdMaximum),
    retry: false,
    intervalMinutes: nearest(5, limits.retryIntervalMinutes),
    maxRetries: nearest(2, limits.retryCounts),
    timeoutMinutes: '',
    confirmation: false,
    maxTimes: within(3, 0, limits.deferrals),
    maxHours: within(168, 1, limits.deferralHours),
    others: 'keep',
    halt: false,
    failedPercent: 20,
    failedCount: '',
    minimumJudged: 10,
    downloadProtocol: 'HTTPS',
    delivery: 'ANY',
    schemes: [],
    tags: [],
  };
}

/** Devices that are named are meant whatever their versions: the API takes source versions of other scopes only. */
export const takesVersions = ({ scope }: Pick<Values, 'scope'>): boolean => scope !== 'names' && scope !== 'list';

/** A dynamic batch goes by its versions, unless its package or its scope has chosen already. */
export const needsVersions = (
  values: Pick<Values, 'kind' | 'scope'>,
  chosen: Pick<ChosenPackageFragment, 'sourceVersions'> | null,
): boolean => values.kind === 'DYNAMIC' && takesVersions(values) && chosen !== null && chosen.sourceVersions.length === 0;
