import { MALFORMED_REASONS } from '../message/parse';

export const REQUEST_METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'FETCH', 'other'] as const;
export const ANSWER_CLASSES = ['success', 'client_error', 'server_error'] as const;
export const REQUEST_RESULTS = ['answered', 'timeout', 'reset', 'aborted', 'refused'] as const;
export const FRONT_DROPS = [
  ...MALFORMED_REASONS,
  'bad_option',
  'proxying',
  'duplicate',
  'overloaded',
  'unmatched_ack',
  'unmatched_reset',
  'unmatched_response',
  'unwanted_notification',
  'handler_failed',
  'answered_late',
  'too_long_for_stranger',
  'no_message_id',
  'send_failed',
] as const;
export type FrontDrop = (typeof FRONT_DROPS)[number];

export type Tally<T extends string> = Record<T, { inc(): void }>;

/** What the front counts; each of these is one counter, and a key is the value of its label. */
export interface FrontMetrics {
  /** Datagrams that arrived. */
  received: { inc(): void };
  /** What was not taken as it came, or not answered as it was meant, by reason. */
  dropped: Tally<FrontDrop>;
  /** Requests of devices handed over. */
  requests: Tally<(typeof REQUEST_METHODS)[number]>;
  /** Answers to them. */
  answers: Tally<(typeof ANSWER_CLASSES)[number]>;
  /** Answers that came separately, after an acknowledgement. */
  separate: { inc(): void };
  notifications: { inc(): void };
  pings: { inc(): void };
  /** Messages forgotten before their time, because others needed the room. */
  forgotten: { inc(): void };
  /** Requests to devices by what became of them. */
  requestsOut: Tally<(typeof REQUEST_RESULTS)[number]>;
  /** Confirmable messages sent again. */
  retransmissions: { inc(): void };
}
