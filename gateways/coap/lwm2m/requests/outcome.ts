import { codeText } from '../../message/codes';
import type { CoapMessage } from '../../message/message';
import type { Unreadable } from '../formats/decoded';

/** Why a request to a device has not done what it should. */
export type RequestFailure =
  /** The device answered with an error: its code as in `4.05`, and what it says about it, at most 200 characters and none of control. */
  | { failed: 'refused'; code: string; text: string }
  /** No answer in time; `sent` tells whether the device may have seen the request. */
  | { failed: 'timeout'; sent: boolean }
  /** The device did not listen as long as the request waited: it was never sent. */
  | { failed: 'asleep' }
  /** As many requests as may wait for the device are waiting. */
  | { failed: 'queue_full' }
  /** The device is not registered. */
  | { failed: 'gone' }
  /** The device rejected the message itself (RFC 7252 §4.2). */
  | { failed: 'reset' }
  /** The gateway has no room for another request now. */
  | { failed: 'busy' }
  /** The answer came and could not be read. */
  | { failed: 'unreadable'; reason: Unreadable | 'blocks' }
  /** Whoever asked has lost interest, or the gateway stops. */
  | { failed: 'aborted' };

export type Outcome<T> = { done: T } | RequestFailure;

const MOST_TEXT = 200;
const CONTROLS = /\p{Cc}+/gu;

/** An answer that is an error. */
export const refusal = ({ code, payload }: Pick<CoapMessage, 'code' | 'payload'>): RequestFailure => ({
  failed: 'refused',
  code: codeText(code),
  // It is read by people, on terminals too.
  text: payload
    .toString('utf8', 0, 4 * MOST_TEXT)
    .replace(CONTROLS, ' ')
    .slice(0, MOST_TEXT)
    .trim(),
});
