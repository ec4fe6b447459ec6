import { randomBytes } from 'node:crypto';
import type { CoapMessage, CoapOption } from '../message/message';
import { NO_BYTES } from '../message/message';
import { OPTION, optionOf, uintOf } from '../message/options';
import { writeMessage } from '../message/write';
import type { Clock } from './clock';
import { CoapBusy, CoapClosed, CoapReset, CoapTimeout } from './errors';
import type { FrontLimits } from './limits';
import type { MessageIds } from './message-ids';
import type { FrontMetrics } from './metrics';
import type { Peer } from './peer';
import { MOST_TRANSMISSIONS, type Transmissions } from './transmissions';

export interface CoapRequest {
  code: number;
  options?: CoapOption[];
  payload?: Buffer;
}

export interface RequestOptions {
  /** ACK_TIMEOUT of this device: longer where its network is slow. */
  ackTimeoutMs?: number;
  /** 0–8 bytes, not in use at this peer; random by default. */
  token?: Buffer;
  signal?: AbortSignal;
  /** Of requests one after the other with one token: whether a response is to one before. It is acknowledged, and not what is waited for. */
  isLate?(response: CoapMessage): boolean;
}

interface Pending {
  messageId: number;
  /** Whether its response may carry Observe: it asks to observe (RFC 7641 §4.1). */
  observes: boolean;
  isLate?(response: CoapMessage): boolean;
  resolve(response: CoapMessage): void;
  reject(error: unknown): void;
}

/** Requests to devices, found again by the peer and the token of their response (RFC 7252 §5.3.2). */
export interface Requests {
  request(peer: Peer, request: CoapRequest, options?: RequestOptions): Promise<CoapMessage>;
  /** Whether the response is one that was asked for. In an acknowledgement the message id has to be the request's, too. */
  matches(peer: Peer, response: CoapMessage): boolean;
  /** Hands over a response that matches. */
  take(peer: Peer, response: CoapMessage): void;
  close(): void;
}

export interface RequestsDeps {
  limits: FrontLimits;
  metrics: FrontMetrics;
  clock: Clock;
  ids: MessageIds;
  transmissions: Transmissions;
}

const TOKEN_BYTES = 8;

export function createRequests({ limits, metrics, clock, ids, transmissions }: RequestsDeps): Requests {
  const pending = new Map<string, Pending>();
  let closed = false;
  const keyOf = (peer: Peer, token: Buffer): string => `${peer.key} ${token.toString('latin1')}`;

  function refuse(error: Error): Promise<never> {
    metrics.requestsOut.refused.inc();
    return Promise.reject(error);
  }

  function send(peer: Peer, message: CoapMessage, options: RequestOptions): Promise<CoapMessage> {
    const { ackTimeoutMs = limits.ackTimeoutMs, signal, isLate } = options;
    const key = keyOf(peer, message.token);
    const { messageId } = message;
    const datagram = writeMessage(message);
    return new Promise((resolve, reject) => {
      let timer: unknown;
      const settle = (result: keyof FrontMetrics['requestsOut']): void => {
        pending.delete(key);
        transmissions.stop(peer.key, messageId);
        clock.clearTimeout(timer);
        signal?.removeEventListener('abort', aborted);
        metrics.requestsOut[result].inc();
      };
      const fail = (result: keyof FrontMetrics['requestsOut'], error: unknown): void => {
        settle(result);
        reject(error);
      };
      const aborted = (): void => fail('aborted', signal?.reason);
      signal?.addEventListener('abort', aborted, { once: true });
      pending.set(key, {
        messageId,
        observes: uintOf(message, OPTION.observe) === 0,
        isLate,
        resolve(response) {
          settle('answered');
          resolve(response);
        },
        reject: (error) => fail('aborted', error),
      });
      transmissions.start({
        ...{ peer, messageId, datagram, ackTimeoutMs, most: MOST_TRANSMISSIONS },
        ended(how) {
          if (how === 'reset') fail('reset', new CoapReset());
          else if (how === 'timeout') fail('timeout', new CoapTimeout('acknowledgement'));
          else timer = clock.setTimeout(() => fail('timeout', new CoapTimeout('response')), limits.responseWithinMs);
        },
      });
    });
  }

  return {
    request(peer, { code, options = [], payload = NO_BYTES }, wanted = {}) {
      const { signal, token = randomBytes(TOKEN_BYTES) } = wanted;
      if (closed) return refuse(new CoapClosed());
      if (signal?.aborted) {
        metrics.requestsOut.aborted.inc();
        return Promise.reject(signal.reason);
      }
      if (pending.size >= limits.outstanding) return refuse(new CoapBusy('outstanding'));
      if (pending.has(keyOf(peer, token))) return refuse(new CoapBusy('token_in_use'));
      const messageId = ids.next(peer.key);
      if (messageId === null) return refuse(new CoapBusy('message_ids'));
      return send(peer, { type: 'CON', code, messageId, token, options, payload }, wanted);
    },

    matches(peer, response) {
      const found = pending.get(keyOf(peer, response.token));
      if (found === undefined) return false;
      if (response.type === 'ACK') return found.messageId === response.messageId;
      // A notification of an observation may come just before the response to what is asked with the same token, its cancellation.
      return found.observes || optionOf(response, OPTION.observe) === undefined;
    },

    take(peer, response) {
      const found = pending.get(keyOf(peer, response.token));
      if (found === undefined) return;
      if (response.type !== 'ACK' && found.isLate?.(response)) metrics.dropped.duplicate.inc();
      else found.resolve(response);
    },

    close() {
      closed = true;
      for (const { reject } of [...pending.values()]) reject(new CoapClosed());
    },
  };
}
