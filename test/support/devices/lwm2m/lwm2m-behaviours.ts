import type { Held, Repeated, RepeatedOrHeld, Times } from '../times';
import type { FirmwareState } from './objects/firmware-object';

export type Lwm2mMethod = 'GET' | 'PUT' | 'POST';

/** Where in an upgrade a device is: a URI was written, a block has come, the package is whole, it was executed. */
export type UpgradePoint = 'notified' | 'progress' | 'downloaded' | 'executed';

/** What requests a misbehaviour is about: those at a path, and below. */
interface Requests {
  method: Lwm2mMethod;
  path: string;
}

/** What LwM2M devices can be told to do wrong, beside what others do wrong as well. Plain JSON. */
export type Lwm2mBehaviour =
  | ({ kind: 'ignores'; times: Held } & Requests)
  | ({ kind: 'refuses'; code: string; times: Times } & Requests)
  | ({ kind: 'delays'; ms: number; times: Times } & Requests)
  | { kind: 'sticksIn'; state: FirmwareState; times: Held }
  | { kind: 'ends'; result: number; state: FirmwareState; at: 'notified' | 'downloaded' | 'installed' | 'restarted'; times: Times }
  | { kind: 'movesAt'; point: UpgradePoint; updates: boolean; times: Times }
  | { kind: 'losesNotifications'; times: Times }
  | { kind: 'versionLater'; ms: number | 'told'; times: Times }
  | { kind: 'defers'; ms: number | 'told' | null; times: Times }
  | { kind: 'answersPush'; firstMs: number; eachMs: number }
  | { kind: 'leavesPush'; fromBlock: number; times: Held }
  | { kind: 'losesPush'; atBlock: number; times: Times };

/** Leaves requests without an answer: so many datagrams, retransmissions included. */
export const ignores = (method: Lwm2mMethod, path: string, { times = 'always' }: RepeatedOrHeld = {}): Lwm2mBehaviour => ({
  kind: 'ignores',
  method,
  path,
  times,
});
/** Answers requests with that code, and does nothing: 4.05 to an Execute whose state was not there yet, 4.00 to a URI. */
export const refuses = (method: Lwm2mMethod, path: string, code: string, { times = 'always' }: Repeated = {}): Lwm2mBehaviour => ({
  kind: 'refuses',
  method,
  path,
  code,
  times,
});
/** Acknowledges requests, and responds so much later in a message of its own, with what was so when they came. */
export const delays = (method: Lwm2mMethod, path: string, ms: number, { times = 'always' }: Repeated = {}): Lwm2mBehaviour => ({
  kind: 'delays',
  method,
  path,
  ms,
  times,
});
/**
 * Says 2.04 and goes no further: it stays in Idle though it has the URI, in Downloading without asking for a block, in Downloaded though it
 * was executed, or in Updating.
 */
export const sticksIn = (state: FirmwareState, { times = 'always' }: RepeatedOrHeld = {}): Lwm2mBehaviour => ({
  kind: 'sticksIn',
  state,
  times,
});
/**
 * Ends with a result in Idle, or in the state that is given: in place of the download, of Downloaded, of the restart, or after a restart
 * to whatever version it comes up with.
 */
export const ends = (
  result: number,
  at: 'notified' | 'downloaded' | 'installed' | 'restarted',
  { state = 0, times = 'always' }: Repeated & { state?: FirmwareState } = {},
): Lwm2mBehaviour => ({ kind: 'ends', result, state, at, times });
/** Has another port from then on, once unless told otherwise; its session stays, if the server knows it again. `updates`: it says so by an Update. */
export const movesAt = (point: UpgradePoint, { updates = true, times = 1 }: Repeated & { updates?: boolean } = {}): Lwm2mBehaviour => ({
  kind: 'movesAt',
  point,
  updates,
  times,
});
/** Lets itself be observed, and its notifications get lost. */
export const losesNotifications = ({ times = 'always' }: Repeated = {}): Lwm2mBehaviour => ({ kind: 'losesNotifications', times });
/** Tells of its new version only so long after the restart, or when it relents. */
export const versionLater = (ms: number | 'told', { times = 'always' }: Repeated = {}): Lwm2mBehaviour => ({
  kind: 'versionLater',
  ms,
  times,
});
/** Its user puts the update off: Downloaded with result 11, and it updates so much later by itself; null: not before it is executed again. */
export const defers = (ms: number | 'told' | null, { times = 1 }: Repeated = {}): Lwm2mBehaviour => ({ kind: 'defers', ms, times });
/** Takes its time with the first block of a push, as for erasing its flash, and with every other one. */
export const answersPush = (firstMs: number, eachMs = 0): Lwm2mBehaviour => ({ kind: 'answersPush', firstMs, eachMs });
/** Leaves a block of a push, and all that follow, without an answer, in so many pushes. */
export const leavesPush = (fromBlock: number, { times = 'always' }: RepeatedOrHeld = {}): Lwm2mBehaviour => ({
  kind: 'leavesPush',
  fromBlock,
  times,
});
/** Has lost the blocks before that one: 4.08. */
export const losesPush = (atBlock: number, { times = 1 }: Repeated = {}): Lwm2mBehaviour => ({ kind: 'losesPush', atBlock, times });
