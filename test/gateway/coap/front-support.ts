import type { Respond } from '../../../gateways/coap/front/answers';
import type { Clock } from '../../../gateways/coap/front/clock';
import { createFront, type FrontOptions } from '../../../gateways/coap/front/front';
import { ANSWER_CLASSES, FRONT_DROPS, type FrontMetrics, REQUEST_METHODS, REQUEST_RESULTS } from '../../../gateways/coap/front/metrics';
import type { Peer } from '../../../gateways/coap/front/peer';
import { CODE, codeText } from '../../../gateways/coap/message/codes';
import { type CoapMessage, NO_BYTES } from '../../../gateways/coap/message/message';
import { pathOptions } from '../../../gateways/coap/message/options';
import { parseMessage } from '../../../gateways/coap/message/parse';
import { writeMessage } from '../../../gateways/coap/message/write';

export interface TestClock extends Clock {
  /** Runs what is due until then, in its order. */
  advance(ms: number): void;
  readonly timers: number;
}

export function createTestClock(): TestClock {
  let now = 1;
  const timers = new Set<{ at: number; run: () => void }>();
  return {
    now: () => now,
    setTimeout(run, ms) {
      const timer = { at: now + ms, run };
      timers.add(timer);
      return timer;
    },
    clearTimeout: (timer) => void timers.delete(timer as never),
    advance(ms) {
      const until = now + ms;
      for (;;) {
        const [next] = [...timers].filter(({ at }) => at <= until).sort((one, other) => one.at - other.at);
        if (next === undefined) break;
        timers.delete(next);
        now = next.at;
        next.run();
      }
      now = until;
    },
    get timers() {
      return timers.size;
    },
  };
}

export interface CountedMetrics extends FrontMetrics {
  /** What was counted, as `dropped.duplicate`. */
  counts: Record<string, number>;
}

export function createCountedMetrics(): CountedMetrics {
  const counts: Record<string, number> = {};
  const counter = (name: string) => ({
    inc() {
      counts[name] = (counts[name] ?? 0) + 1;
    },
  });
  const tally = <T extends string>(name: string, values: readonly T[]) =>
    Object.fromEntries(values.map((value) => [value, counter(`${name}.${value}`)])) as Record<T, { inc(): void }>;
  return {
    counts,
    received: counter('received'),
    dropped: tally('dropped', FRONT_DROPS),
    requests: tally('requests', REQUEST_METHODS),
    answers: tally('answers', ANSWER_CLASSES),
    separate: counter('separate'),
    notifications: counter('notifications'),
    pings: counter('pings'),
    forgotten: counter('forgotten'),
    requestsOut: tally('requestsOut', REQUEST_RESULTS),
    retransmissions: counter('retransmissions'),
  };
}

export interface TestPeer extends Peer {
  /** What it was sent, oldest first. */
  sent: CoapMessage[];
  bytes: number[];
}

export function createPeer(key = 'one', identity: string | null = 'proven'): TestPeer {
  const sent: CoapMessage[] = [];
  const bytes: number[] = [];
  return {
    ...{ key, identity, address: '192.0.2.1', port: 56_830, sent, bytes },
    send(datagram) {
      const parsed = parseMessage(datagram);
      if ('malformed' in parsed) throw new Error(`The front sent what is malformed: ${parsed.malformed}`);
      sent.push(parsed.message);
      bytes.push(datagram.length);
    },
  };
}

/** `CON 0.01 7 ab "text"`. */
export const shown = ({ type, code, messageId, token, payload }: CoapMessage): string =>
  [type, codeText(code), messageId, token.toString('hex'), ...(payload.length > 0 ? [JSON.stringify(payload.toString())] : [])]
    .filter((part) => part !== '')
    .join(' ');

export const message = (parts: Partial<CoapMessage>): CoapMessage => ({
  ...{ type: 'CON' as const, code: 1, messageId: 7, token: Buffer.from('ab', 'hex'), options: [], payload: NO_BYTES },
  ...parts,
});
export const get = (path: string, parts: Partial<CoapMessage> = {}): CoapMessage =>
  message({ options: pathOptions(path.split('/').slice(1)), ...parts });

/** A front on a clock that stands still, and what it was asked. */
export function createTestFront(options: Partial<FrontOptions> = {}) {
  const clock = createTestClock();
  const metrics = createCountedMetrics();
  const errors: unknown[] = [];
  const requests: CoapMessage[] = [];
  const notifications: CoapMessage[] = [];
  const { onRequest = (_peer, _request, respond) => respond({ code: 0x45, payload: Buffer.from('yes') }), onNotification = () => true } =
    options;
  const front = createFront({
    metrics,
    clock,
    random: () => 0,
    onError: (error) => void errors.push(error),
    ...options,
    onRequest(peer, request, respond) {
      requests.push(request);
      return onRequest(peer, request, respond);
    },
    onNotification(peer, notification) {
      notifications.push(notification);
      return onNotification(peer, notification);
    },
  });
  const receive = (peer: Peer, ...messages: (CoapMessage | Buffer)[]): void => {
    for (const each of messages) front.receive(peer, Buffer.isBuffer(each) ? each : writeMessage(each));
  };
  return { front, receive, clock, counts: metrics.counts, errors, requests, notifications };
}

/** What the promise has come to, without waiting for it. */
export const outcome = async (promise: Promise<CoapMessage>) =>
  Promise.race([promise.then(shown, (error: unknown) => error), new Promise((resolve) => setImmediate(resolve, 'waits'))]);

/** What a device answers to the request. */
export const responseTo = (request: CoapMessage, parts: Partial<CoapMessage> = {}): CoapMessage =>
  message({ type: 'ACK', code: CODE.content, messageId: request.messageId, token: request.token, payload: Buffer.from('1.0'), ...parts });
export const last = (peer: TestPeer): CoapMessage => peer.sent.at(-1)!;

/** Requests wait until the test answers them. */
export const held = () => {
  const responds: Respond[] = [];
  return { responds, onRequest: (_peer: unknown, _request: unknown, respond: Respond) => void responds.push(respond) };
};
