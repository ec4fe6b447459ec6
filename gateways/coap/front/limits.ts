/** What RFC 7252 §4.8 fixes for the default transmission parameters. */
export const ACK_RANDOM_FACTOR = 1.5;
export const MAX_RETRANSMIT = 4;
/** How long a message id stands for one message: confirmable, and not. */
export const EXCHANGE_LIFETIME_MS = 247_000;
export const NON_LIFETIME_MS = 145_000;

/** A request that comes from an address which has proven nothing is answered by at most so many times its bytes. */
export const MOST_AMPLIFICATION = 3;

export interface FrontLimits {
  /** Messages remembered, so that a repeated one is answered and not handled again. When full, the oldest is forgotten. Strangers' are apart. */
  duplicates: number;
  /** Peers whose last message id is known. When full, the one not sent to for longest is forgotten, and its ids begin anywhere. */
  peers: number;
  /** Requests and notifications of devices being handled. When full: a request gets 5.03, a notification no answer. Strangers' requests are apart. */
  handling: number;
  /** Requests to devices, and separate responses, under way. When full: a request is refused (`CoapBusy`), a response is sent once only. */
  outstanding: number;
  /** ACK_TIMEOUT, where a request doesn't name its own. */
  ackTimeoutMs: number;
  /** A request that isn't answered so soon is acknowledged, and its response comes separately. Less than a client's ACK_TIMEOUT. */
  acknowledgeWithinMs: number;
  /** A request of a device that isn't answered so soon gets 5.04. */
  answerWithinMs: number;
  /** A request to a device that was acknowledged and isn't answered so soon has failed. */
  responseWithinMs: number;
}

export const FRONT_LIMITS: FrontLimits = {
  duplicates: 50_000,
  peers: 50_000,
  handling: 10_000,
  outstanding: 10_000,
  ackTimeoutMs: 2_000,
  acknowledgeWithinMs: 1_000,
  answerWithinMs: 90_000,
  responseWithinMs: 93_000,
};
