import { CODE, codeClass } from '../message/codes';
import { type CoapMessage, type CoapOption, type CoapType, emptyMessage, NO_BYTES } from '../message/message';
import { OPTION, uintOption } from '../message/options';
import { writeMessage } from '../message/write';
import type { Clock } from './clock';
import type { Duplicates, Remembered } from './duplicates';
import { type FrontLimits, MOST_AMPLIFICATION } from './limits';
import type { MessageIds } from './message-ids';
import type { FrontMetrics } from './metrics';
import type { Peer } from './peer';
import { MOST_TRANSMISSIONS, type Transmissions } from './transmissions';

export interface CoapResponse {
  code: number;
  options?: CoapOption[];
  payload?: Buffer;
  /** The request has shown that it may have as much, such as by a valid token in its path: the response may be of any length. */
  proven?: boolean;
}

export type Respond = (response: CoapResponse) => void;

export interface AnswersDeps {
  limits: FrontLimits;
  metrics: FrontMetrics;
  clock: Clock;
  ids: MessageIds;
  transmissions: Transmissions;
  duplicates: Duplicates;
  send(peer: Peer, datagram: Buffer): void;
  /** Calls `respond` once, at once or later; a rejection is answered 5.00. */
  onRequest(peer: Peer, request: CoapMessage, respond: Respond): void | Promise<void>;
  /** Whether the request may be handled again when it is repeated: then nothing of it is remembered. */
  isRepeatable(request: CoapMessage): boolean;
  onError(error: unknown): void;
}

/** How long a client may wait before it tries again, in seconds (RFC 7252 §5.9.3.4). */
const TRY_AGAIN_SECONDS = 30;
const ACKNOWLEDGEMENT_BYTES = 4;
const METHODS = ['other', 'GET', 'POST', 'PUT', 'DELETE', 'FETCH'] as const;

/** What becomes of the requests of devices: one handler, one response. */
export interface Answers {
  /** `bytes`: the length of the datagram. */
  take(peer: Peer, request: CoapMessage, bytes: number): void;
  /** Answers without asking the handler, and without remembering: the same request gets the same again. */
  answer(peer: Peer, request: CoapMessage, bytes: number, response: CoapResponse): void;
  /** Of requests being handled. */
  readonly size: number;
  close(): void;
}

export function createAnswers(deps: AnswersDeps): Answers {
  const { limits, metrics, clock, ids, transmissions, duplicates, send, onRequest, isRepeatable, onError } = deps;
  /** Strangers fill only their own. */
  const handling = { strangers: 0, proven: 0 };
  let closed = false;

  /** Null when no message id is free. `most`: the bytes that a stranger may have. */
  function datagramOf(peer: Peer, request: CoapMessage, most: number, response: CoapResponse, type: CoapType) {
    const messageId = type === 'ACK' ? request.messageId : ids.next(peer.key);
    if (messageId === null) {
      metrics.dropped.no_message_id.inc();
      return null;
    }
    const { code, options = [], payload = NO_BYTES } = response;
    const message: CoapMessage = { type, code, messageId, token: request.token, options, payload };
    const datagram = writeMessage(message);
    if (datagram.length <= most || !isStranger(peer, response)) return { messageId, datagram };
    metrics.dropped.too_long_for_stranger.inc();
    return { messageId, datagram: shortened(message, most) };
  }

  function answer(peer: Peer, request: CoapMessage, bytes: number, response: CoapResponse, remembered?: Remembered): void {
    const written = datagramOf(peer, request, MOST_AMPLIFICATION * bytes, response, request.type === 'CON' ? 'ACK' : 'NON');
    if (written === null) return;
    if (remembered !== undefined && request.type === 'CON') remembered.answer = written.datagram.toString('latin1');
    metrics.answers[classOf(response.code)].inc();
    send(peer, written.datagram);
  }

  /** The request was acknowledged: its response is a message of its own (RFC 7252 §5.2.2). */
  function answerSeparately(peer: Peer, request: CoapMessage, bytes: number, response: CoapResponse): void {
    // The acknowledgement and all transmissions together keep to what a stranger may have.
    const left = MOST_AMPLIFICATION * bytes - ACKNOWLEDGEMENT_BYTES;
    const written = datagramOf(peer, request, left, response, 'CON');
    if (written === null) return;
    const { messageId, datagram } = written;
    const room = transmissions.size < limits.outstanding ? MOST_TRANSMISSIONS : 1;
    const most = isStranger(peer, response) ? Math.min(room, Math.floor(left / datagram.length)) : room;
    metrics.answers[classOf(response.code)].inc();
    metrics.separate.inc();
    transmissions.start({ peer, messageId, datagram, ackTimeoutMs: limits.ackTimeoutMs, most, ended: () => {} });
  }

  function handle(peer: Peer, request: CoapMessage, bytes: number): void {
    const remembered = isRepeatable(request) ? undefined : duplicates.remember(peer, request);
    const confirmable = request.type === 'CON';
    let done = false;
    let acknowledged = false;
    let timer: unknown;
    const kind = kindOf(peer);
    handling[kind] += 1;

    const respond: Respond = (response) => {
      if (done || closed) return;
      done = true;
      handling[kind] -= 1;
      if (timer !== undefined) clock.clearTimeout(timer);
      const give = acknowledged ? answerSeparately : answer;
      try {
        give(peer, request, bytes, response, remembered);
      } catch (error) {
        onError(error);
        give(peer, request, bytes, { code: CODE.internalServerError }, remembered);
      }
    };
    const failed = (error: unknown): void => {
      metrics.dropped.handler_failed.inc();
      onError(error);
      respond({ code: CODE.internalServerError });
    };
    const late = (): void => {
      metrics.dropped.answered_late.inc();
      respond({ code: CODE.gatewayTimeout });
    };
    const acknowledge = (): void => {
      acknowledged = true;
      const datagram = writeMessage(emptyMessage('ACK', request.messageId));
      if (remembered !== undefined) remembered.answer = datagram.toString('latin1');
      timer = clock.setTimeout(late, limits.answerWithinMs - limits.acknowledgeWithinMs);
      send(peer, datagram);
    };

    try {
      onRequest(peer, request, respond)?.catch(failed);
    } catch (error) {
      failed(error);
    }
    if (!done)
      timer = confirmable ? clock.setTimeout(acknowledge, limits.acknowledgeWithinMs) : clock.setTimeout(late, limits.answerWithinMs);
  }

  return {
    take(peer, request, bytes) {
      if (handling[kindOf(peer)] >= limits.handling) {
        metrics.dropped.overloaded.inc();
        answer(peer, request, bytes, { code: CODE.serviceUnavailable, options: [uintOption(OPTION.maxAge, TRY_AGAIN_SECONDS)] });
        return;
      }
      metrics.requests[METHODS[request.code] ?? 'other'].inc();
      handle(peer, request, bytes);
    },
    answer,
    get size() {
      return handling.strangers + handling.proven;
    },
    close() {
      closed = true;
    },
  };
}

const kindOf = ({ identity }: Peer) => (identity === null ? 'strangers' : 'proven');
const isStranger = (peer: Peer, { proven }: CoapResponse): boolean => peer.identity === null && proven !== true;
const classOf = (code: number) => (codeClass(code) === 2 ? 'success' : codeClass(code) === 4 ? 'client_error' : 'server_error');

/** An error goes without its text; anything else becomes 4.01, as RFC 9175 §2.4 answers a client whose address must be proven first. */
function shortened(message: CoapMessage, most: number): Buffer {
  if (codeClass(message.code) !== 2) {
    const datagram = writeMessage({ ...message, payload: NO_BYTES });
    if (datagram.length <= most) return datagram;
  }
  return writeMessage({ ...message, code: CODE.unauthorized, options: [], payload: NO_BYTES });
}
