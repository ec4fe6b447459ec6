import { CODE, isError, isRequest } from '../message/codes';
import { type CoapMessage, type CoapType, emptyMessage } from '../message/message';
import { badOptionOf, OPTION, optionOf } from '../message/options';
import { type Malformed, parseMessage } from '../message/parse';
import { writeMessage } from '../message/write';
import { type AnswersDeps, createAnswers } from './answers';
import { type Clock, systemClock } from './clock';
import { createDuplicates } from './duplicates';
import { FRONT_LIMITS, type FrontLimits, MOST_AMPLIFICATION } from './limits';
import { createMessageIds } from './message-ids';
import type { FrontMetrics } from './metrics';
import { createNotifications, type NotificationsDeps } from './notifications';
import type { Peer } from './peer';
import { createRequests, type Requests } from './requests';
import { createTransmissions } from './transmissions';

export interface FrontOptions extends Pick<AnswersDeps, 'onRequest'>, Pick<NotificationsDeps, 'onNotification'> {
  metrics: FrontMetrics;
  limits?: Partial<FrontLimits>;
  /** Whether the request may be handled again when it is repeated, as that of a block: then nothing of it is remembered. */
  isRepeatable?: AnswersDeps['isRepeatable'];
  /** What a handler threw. */
  onError(error: unknown): void;
  clock?: Clock;
  /** 0 ≤ x < 1. */
  random?: () => number;
}

/** The messages of all peers: what is a request, a response or a notification goes to who deals with it, the rest is rejected. */
export interface Front {
  /** Never throws. The datagram is kept while its request is being handled: who calls must not write to it again. */
  receive(peer: Peer, datagram: Buffer): void;
  /**
   * Sends a confirmable request, again while it isn't acknowledged (RFC 7252 §4.2), and gives the response, whatever its code. Rejects with
   * `CoapTimeout`, `CoapReset`, `CoapBusy`, `CoapClosed`, or the signal's reason. One at a time to a peer (NSTART) is the caller's rule.
   */
  request: Requests['request'];
  /** Ends all that is under way without another datagram. */
  close(): Promise<void>;
}

const PURGE_EVERY_MS = 60_000;
/** If-Match and If-None-Match are not here: nothing behind the front would obey them. */
const UNDERSTOOD_IN_REQUESTS: ReadonlySet<number> = new Set([
  OPTION.uriHost,
  OPTION.uriPort,
  OPTION.uriPath,
  OPTION.uriQuery,
  OPTION.accept,
  OPTION.block1,
  OPTION.block2,
]);
const UNDERSTOOD_IN_RESPONSES: ReadonlySet<number> = new Set([OPTION.block1, OPTION.block2]);

/** The last notification of a resource that is no more is an error, and has no Observe option (RFC 7641 §4.2). */
const mayBeNotification = (response: CoapMessage): boolean => optionOf(response, OPTION.observe) !== undefined || isError(response.code);

export function createFront(options: FrontOptions): Front {
  const { metrics, onRequest, onNotification, onError, clock = systemClock, random = Math.random, isRepeatable = () => false } = options;
  const limits = { ...FRONT_LIMITS, ...options.limits };
  const ids = createMessageIds({ peers: limits.peers, clock });
  const duplicates = createDuplicates({ max: limits.duplicates, clock, forgotten: () => metrics.forgotten.inc() });
  const transmissions = createTransmissions({ clock, random, metrics, send });
  const requests = createRequests({ limits, metrics, clock, ids, transmissions });
  const answers = createAnswers({ limits, metrics, clock, ids, transmissions, duplicates, send, onRequest, isRepeatable, onError });
  const notifications = createNotifications({ limits, metrics, duplicates, sendEmpty, onNotification, onError });

  function send(peer: Peer, datagram: Buffer): void {
    try {
      peer.send(datagram);
    } catch {
      metrics.dropped.send_failed.inc();
    }
  }

  function sendEmpty(peer: Peer, type: CoapType, messageId: number): Buffer {
    const datagram = writeMessage(emptyMessage(type, messageId));
    send(peer, datagram);
    return datagram;
  }

  /** RFC 7252 §4.2 and §4.3: a confirmable message is rejected by a reset, others by silence. */
  function reject(peer: Peer, { type, messageId }: { type: CoapType; messageId: number }): void {
    if (type === 'CON') sendEmpty(peer, 'RST', messageId);
  }

  function onMalformed(peer: Peer, { malformed, header }: Malformed): void {
    metrics.dropped[malformed].inc();
    if (header !== undefined) reject(peer, header);
  }

  /** A message without code: an acknowledgement, a reset, or a ping (RFC 7252 §4.3), which is a confirmable one. */
  function onEmpty(peer: Peer, { type, messageId }: CoapMessage): void {
    if (type === 'CON') {
      metrics.pings.inc();
      reject(peer, { type, messageId });
    } else if (type === 'ACK') {
      if (!transmissions.end(peer.key, messageId, 'acknowledged')) metrics.dropped.unmatched_ack.inc();
    } else if (!transmissions.end(peer.key, messageId, 'reset')) metrics.dropped.unmatched_reset.inc();
  }

  /**
   * Whether the message has come before: then it got what it got the first time, or silence when it was not confirmable. A stranger's that is
   * shorter now gets no more than three times what it has now.
   */
  function isRepeated(peer: Peer, message: CoapMessage, bytes: number): boolean {
    const remembered = duplicates.find(peer, message);
    if (remembered === undefined) return false;
    metrics.dropped.duplicate.inc();
    const { answer } = remembered;
    if (answer === null) return true;
    if (peer.identity === null && answer.length > MOST_AMPLIFICATION * bytes) metrics.dropped.too_long_for_stranger.inc();
    else send(peer, Buffer.from(answer, 'latin1'));
    return true;
  }

  function onRequestMessage(peer: Peer, message: CoapMessage, bytes: number): void {
    if (isRepeated(peer, message, bytes)) return;
    const bad = badOptionOf(message, UNDERSTOOD_IN_REQUESTS);
    if (bad === null) {
      answers.take(peer, message, bytes);
      return;
    }
    const proxying = bad === OPTION.proxyUri || bad === OPTION.proxyScheme;
    metrics.dropped[proxying ? 'proxying' : 'bad_option'].inc();
    if (message.type === 'CON') {
      const payload = Buffer.from(`Option ${bad} is not understood`);
      answers.answer(peer, message, bytes, proxying ? { code: CODE.proxyingNotSupported } : { code: CODE.badOption, payload });
    } else sendEmpty(peer, 'RST', message.messageId);
  }

  function onResponseMessage(peer: Peer, message: CoapMessage, bytes: number): void {
    if (message.type !== 'ACK' && isRepeated(peer, message, bytes)) return;
    if (badOptionOf(message, UNDERSTOOD_IN_RESPONSES) !== null) {
      metrics.dropped.bad_option.inc();
      reject(peer, message);
    } else if (requests.matches(peer, message)) {
      if (message.type === 'CON') duplicates.remember(peer, message).answer = sendEmpty(peer, 'ACK', message.messageId).toString('latin1');
      requests.take(peer, message);
    } else if (message.type !== 'ACK' && mayBeNotification(message)) {
      notifications.take(peer, message);
    } else {
      metrics.dropped.unmatched_response.inc();
      reject(peer, message);
    }
  }

  let closed = false;
  let purge: unknown;
  const purgeLater = (): void => {
    purge = clock.setTimeout(() => {
      duplicates.purge();
      purgeLater();
    }, PURGE_EVERY_MS);
  };
  purgeLater();

  return {
    receive(peer, datagram) {
      if (closed) return;
      metrics.received.inc();
      const parsed = parseMessage(datagram);
      if ('malformed' in parsed) onMalformed(peer, parsed);
      else if (parsed.message.code === CODE.empty) onEmpty(peer, parsed.message);
      else if (isRequest(parsed.message.code)) onRequestMessage(peer, parsed.message, datagram.length);
      else onResponseMessage(peer, parsed.message, datagram.length);
    },
    request: requests.request,
    async close() {
      closed = true;
      clock.clearTimeout(purge);
      answers.close();
      notifications.close();
      requests.close();
      transmissions.close();
    },
  };
}
