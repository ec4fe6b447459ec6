import { LIST_ITEMS } from '../schema/model/limits';

/** Requests a second of one caller over time, by what the caller is, and seconds of them that may come at once after a pause. 0: not limited. */
export const REQUEST_RATES = { key: 100, person: 100, appUser: 10, burstSeconds: 10 };

export type RequestRates = Readonly<typeof REQUEST_RATES>;

/** Days that things are kept; null: for ever. */
export interface Kept {
  readonly tasksDays: number | null;
  readonly batchesDays: number | null;
  readonly auditDays: number;
  readonly seriesDays: number;
}

export const KEPT: Kept = { tasksDays: null, batchesDays: null, auditDays: 400, seriesDays: 400 };

/** What one caller may ask of the API at once. Limits of the product itself are in `schema/model/limits.ts`. */
export const API_LIMITS = {
  /** Bytes of a GraphQL request. */
  bodyBytes: 1024 * 1024,
  /** Bytes of a WebSocket message from a client. */
  messageBytes: 64 * 1024,
  subscriptionsPerConnection: 100,
  /** Bytes of small messages a WebSocket client may leave unread before its connection is closed. */
  unreadBytes: 4 * 1024 * 1024,
  /** Answers leave in pieces; each is taken within so many milliseconds, and all of them at so many bytes a millisecond, or the client is cut. */
  pieceBytes: 256 * 1024,
  unreadMs: 30_000,
  unreadBytesPerMs: 64,
  /** Of the largest answers, so many may be unread at once, of all clients; half of them by one key. */
  answersAtOnce: 8,
  /** Answers up to this size, and operations up to this cost, are not counted into what is under way. */
  smallBytes: 64 * 1024,
  smallCost: 700,
  /** Large requests that wait for others, and for how many milliseconds. */
  waitingAnswers: 32,
  busyMs: 10_000,
  /** Of those that wait, one key has so many. */
  waitingOfKey: 16,
  /** Values of one query that are answered before whatever else has come in is looked at. */
  valuesPerTurn: 500,
  /** Milliseconds a query may be worked at, its waiting included. */
  workMs: 30_000,
  /** Beside those of downloads (`limits.downloads`); strangers are among them. */
  connections: 3_000,
  /** Connections of which nobody knows yet whose they are. */
  strangers: 1_000,
  /** Milliseconds a stranger has to take an answer. */
  strangerAnswerMs: 60_000,
  connectionsOfKey: 1_000,
  /** A device has two downloads at once; connections that it has left, and not closed, are known by their idleness. */
  connectionsOfToken: 8,
  /** Milliseconds a download waits for MongoDB, or for room, before its connection is cut: less than devices wait for an answer. */
  downloadWaitMs: 20_000,
  /** Milliseconds within which the body of a request begins, that of an upload too. */
  bodyBeginsMs: 30_000,
  /** Milliseconds the body of a GraphQL request may take. */
  bodyMs: 60_000,
  /** Bytes a second of an upload, over `idleTransferMs`. */
  uploadBytesPerSecond: 100,
  tokens: 5_000,
  /** Selections, arguments and values of a document, each fragment counted wherever it is spread. */
  nodes: 20_000,
  /** Lists, objects and selections within each other, fragments included: what functions that recurse may be given. */
  nesting: 64,
  /** Items of one list in variables: more than any argument takes, so that a list that is a little too long is told so by what takes it. */
  listItems: LIST_ITEMS,
  /** Of variables, see `nested.ts`: the largest call, 1,000 devices with 20 tags each, weighs less. */
  valueWeight: 150_000,
  /** Fields under one name in one selection set. */
  repeats: 512,
  depth: 14,
  /** See `query-cost.ts` for what a field costs. */
  cost: 40_000,
  /** Of one event of a subscription: it is answered again and again. */
  eventCost: 7_000,
  /** Of a document whose errors tell where in it they are. */
  placedCharacters: 16 * 1024,
  placedLines: 500,
  /** Errors of a document, and of an answer. */
  errors: 20,
  /** Characters of the documents that are kept, read and validated. */
  keptDocuments: 300_000,
  /** Of a value of up to some thousand characters. */
  longTextCost: 16,
  /** Characters of an error's message: it may quote what the caller sent. */
  messageLength: 1_024,
  /** Milliseconds an idle connection is kept: longer than proxies keep theirs, a minute as a rule, or they send over one that has just ended. */
  keepAliveMs: 75_000,
  /** Milliseconds a connection has to send its key, or its headers. */
  firstRequestMs: 10_000,
  /** Milliseconds between two looks for those that are late. */
  lateCheckMs: 1_000,
  /** Milliseconds without a byte after which an upload or a download is cut. */
  idleTransferMs: 120_000,
  /** Bytes of a form around its files. */
  formBytes: 1024 * 1024,
  /** Milliseconds in which the rest of a body is read that was answered before its end, so that the answer arrives; and without a byte of it. */
  lingerMs: 30_000,
  lingerIdleMs: 5_000,
  /** Where no key was shown. */
  strangerLingerMs: 10_000,
  strangerLingerBytes: 256 * 1024 * 1024,
  /** Milliseconds requests under way are given when the API stops. */
  drainMs: 5_000,
  /** Milliseconds from a revocation to the end of the key's connections: the answer to who revoked its own key leaves before. */
  closeDelayMs: 250,
} as const;
