import { randomBytes, randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type CoapMethod, generate, type NamedOption, type ParsedPacket, parse } from 'coap-packet';

export interface OutgoingRequest {
  method: CoapMethod;
  options?: NamedOption[];
  payload?: Buffer;
}

export interface Answer {
  /** `2.05` */
  code: string;
  options?: NamedOption[];
  payload?: Buffer;
  /** Acknowledged at once, and answered so much later, in a message of its own. */
  afterMs?: number;
}

export interface EndpointSettings {
  /** RFC 7252 §4.8: 2,000, the default. */
  ackTimeoutMs?: number;
  /** Default 4. */
  retransmissions?: number;
  /** An empty acknowledgement, and the response in a message of its own (RFC 7252 §5.2.2). Default `piggybacked`. */
  answers?: 'piggybacked' | 'separate';
}

export interface EndpointHandlers {
  send(datagram: Buffer): void;
  /** Null: it leaves the request without an answer. */
  onRequest(request: ParsedPacket): Answer | null | Promise<Answer | null>;
  /** The server wants no more of what was told with this token (RFC 7641 §3.6). */
  onRejected?(token: Buffer): void;
  /** A message that can't be read, which no server may send. */
  onUnreadable?(error: Error): void;
}

/** What became of a notification; one that needs no acknowledgement is only sent. */
export type Delivery = 'sent' | 'acknowledged' | 'rejected' | 'unanswered';

export class CoapTimeout extends Error {}
export class CoapReset extends Error {}

interface Waiting {
  /** An empty acknowledgement has come: the response comes by itself. */
  acknowledged(): void;
  response(packet: ParsedPacket): void;
  rejected(): void;
  forgotten(): void;
}

const MOST_REMEMBERED = 64;

/**
 * One end of CoAP over datagrams (RFC 7252), of a device: it asks its server and answers it on the same line. The messages are read and
 * written by the parser of node-coap, not by the server's.
 */
export class CoapEndpoint {
  private messageId = randomInt(0x1_0000);
  /** By message id, until acknowledged; by token, until answered. */
  private readonly unacknowledged = new Map<number, Waiting>();
  private readonly unanswered = new Map<string, Waiting>();
  /** What came lately, and what it was answered; null as long as it was not. */
  private readonly answered = new Map<number, Buffer | null>();
  /** Message ids of what was told, with its token. */
  private readonly told = new Map<number, Buffer>();
  private lives = 0;
  /** Resets that came. */
  resets = 0;

  constructor(
    private readonly settings: EndpointSettings,
    private readonly handlers: EndpointHandlers,
  ) {}

  /** Never throws, whatever came. */
  receive(datagram: Buffer): void {
    let packet: ParsedPacket;
    try {
      packet = parse(datagram);
    } catch (error) {
      this.handlers.onUnreadable?.(error as Error);
      return;
    }
    if (packet.code.startsWith('0.') && packet.code !== '0.00') void this.answer(packet);
    else this.settle(packet);
  }

  /** The response, whatever its code. Rejects with CoapTimeout or CoapReset, or when the endpoint has forgotten it. */
  request({ method, options = [], payload }: OutgoingRequest): Promise<ParsedPacket> {
    const token = randomBytes(4);
    return new Promise((resolve, reject) => {
      const key = token.toString('hex');
      const end = this.transmit({ code: method, token, options, ...(payload && { payload }) }, (outcome) => {
        this.unanswered.delete(key);
        if (typeof outcome === 'object') resolve(outcome);
        else if (outcome === 'unanswered') reject(new CoapTimeout(`${method}: no answer`));
        else if (outcome === 'rejected') reject(new CoapReset(`${method}: RST`));
        else reject(new Error(`${method}: forgotten`));
      });
      this.unanswered.set(key, end);
    });
  }

  /** A notification of an observation (RFC 7641 §4.2), or any other response that nobody waits for. */
  tell(token: Buffer, answer: Answer, confirmable: boolean): Promise<Delivery> {
    const { afterMs: _, ...message } = { ...answer, token };
    if (confirmable) {
      return new Promise((resolve) => {
        this.transmit(message, (outcome) => resolve(outcome === 'rejected' || outcome === 'unanswered' ? outcome : 'acknowledged'), true);
      });
    }
    const messageId = this.nextId();
    keep(this.told, messageId, token);
    this.handlers.send(generate({ ...message, confirmable: false, messageId }));
    return Promise.resolve('sent');
  }

  /** Nothing that was asked is answered any more, and what came before is new when it comes again. */
  forget(): void {
    for (const waiting of new Set([...this.unacknowledged.values(), ...this.unanswered.values()])) waiting.forgotten();
    this.answered.clear();
    this.lives += 1;
  }

  private nextId(): number {
    this.messageId = (this.messageId + 1) & 0xffff;
    return this.messageId;
  }

  /** Sends a confirmable message until it is acknowledged (RFC 7252 §4.2). `onlyAcknowledged`: no response is to come. */
  private transmit(
    message: { code: string; token: Buffer; options?: NamedOption[]; payload?: Buffer },
    settled: (outcome: ParsedPacket | 'acknowledged' | 'rejected' | 'unanswered' | 'forgotten') => void,
    onlyAcknowledged = false,
  ): Waiting {
    const { ackTimeoutMs = 2_000, retransmissions = 4 } = this.settings;
    const messageId = this.nextId();
    const datagram = generate({ ...message, confirmable: true, messageId });
    if (onlyAcknowledged) keep(this.told, messageId, message.token);
    let timer: NodeJS.Timeout | null = null;
    let left = retransmissions;
    let waitMs = ackTimeoutMs * (1 + Math.random() / 2);
    const end = (outcome: Parameters<typeof settled>[0]): void => {
      if (timer) clearTimeout(timer);
      this.unacknowledged.delete(messageId);
      settled(outcome);
    };
    const send = (): void => {
      this.handlers.send(datagram);
      timer = setTimeout(() => {
        left -= 1;
        if (left < 0) return end('unanswered');
        waitMs *= 2;
        send();
      }, waitMs);
    };
    const waiting: Waiting = {
      acknowledged: () => {
        if (onlyAcknowledged) return end('acknowledged');
        if (timer) clearTimeout(timer);
        this.unacknowledged.delete(messageId);
        timer = setTimeout(() => end('unanswered'), ackTimeoutMs * 2 ** (retransmissions + 1));
      },
      response: (packet) => end(packet),
      rejected: () => end('rejected'),
      forgotten: () => end('forgotten'),
    };
    this.unacknowledged.set(messageId, waiting);
    send();
    return waiting;
  }

  private settle(packet: ParsedPacket): void {
    const sent = packet.ack || packet.reset ? this.unacknowledged.get(packet.messageId) : undefined;
    if (packet.reset) {
      this.resets += 1;
      const token = this.told.get(packet.messageId);
      if (token) this.handlers.onRejected?.(token);
      sent?.rejected();
      return;
    }
    if (packet.code === '0.00') {
      // A ping has no content either, and is answered with a reset (RFC 7252 §4.3).
      if (packet.confirmable) this.empty(packet.messageId, 'reset');
      sent?.acknowledged();
      return;
    }
    const waiting = this.unanswered.get(packet.token.toString('hex'));
    if (packet.confirmable) this.empty(packet.messageId, waiting ? 'ack' : 'reset');
    waiting?.response(packet);
  }

  private async answer(packet: ParsedPacket): Promise<void> {
    const { messageId, confirmable } = packet;
    const { lives } = this;
    if (this.answered.has(messageId)) {
      const before = this.answered.get(messageId);
      if (before) this.handlers.send(before);
      return;
    }
    keep(this.answered, messageId, null);
    const answer = await this.handlers.onRequest(packet);
    if (answer === null) {
      // As if it had never come: when it comes again it may find the device awake.
      this.answered.delete(messageId);
      return;
    }
    const { afterMs, ...content } = answer;
    if (afterMs !== undefined || (confirmable && this.settings.answers === 'separate')) {
      if (confirmable) keep(this.answered, messageId, this.empty(messageId, 'ack'));
      if (afterMs !== undefined) await delay(afterMs, undefined, { ref: false });
      if (this.lives === lives) await this.tell(packet.token, content, true);
      return;
    }
    const response = { ...content, token: packet.token };
    const datagram = confirmable
      ? generate({ ...response, ack: true, messageId })
      : generate({ ...response, confirmable: false, messageId: this.nextId() });
    keep(this.answered, messageId, datagram);
    this.handlers.send(datagram);
  }

  private empty(messageId: number, kind: 'ack' | 'reset'): Buffer {
    const datagram = generate({ code: '0.00', messageId, ...(kind === 'ack' ? { ack: true } : { reset: true }) });
    this.handlers.send(datagram);
    return datagram;
  }
}

/** The newest come last; beyond some of them the oldest goes. */
function keep<T>(into: Map<number, T>, messageId: number, value: T): void {
  into.delete(messageId);
  into.set(messageId, value);
  const [oldest] = into.keys();
  if (into.size > MOST_REMEMBERED && oldest !== undefined) into.delete(oldest);
}
