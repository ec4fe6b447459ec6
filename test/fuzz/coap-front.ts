import { CoapBusy } from '../../gateways/coap/front/errors';
import { createFront } from '../../gateways/coap/front/front';
import type { Peer } from '../../gateways/coap/front/peer';
import { CODE } from '../../gateways/coap/message/codes';
import { type CoapMessage, emptyMessage } from '../../gateways/coap/message/message';
import { pathOptions } from '../../gateways/coap/message/options';
import { parseMessage } from '../../gateways/coap/message/parse';
import { writeMessage } from '../../gateways/coap/message/write';
import { createCountedMetrics, createTestClock } from '../gateway/coap/front-support';
import { coapDatagram } from './coap-messages';
import { damaged, type FuzzSubject } from './fuzz';

interface FrontInput {
  peer: number;
  datagram: Buffer;
  /** How much time passes before it. */
  waitMs: number;
  /** Whether the peer is asked something before it. */
  ask: boolean;
  /** What a handler does with a request: answers so many bytes at once, later, never, or throws. */
  handler: 'now' | 'later' | 'never' | 'throws';
  length: number;
}

const PEERS = 6;
const STRANGERS = 3;

class FuzzedPeer implements Peer {
  readonly address = '192.0.2.1';
  readonly port = 5683;
  readonly key: string;
  received = 0;
  sent = 0;
  /** Of what it should answer. */
  lastSent: Buffer | null = null;
  constructor(
    index: number,
    readonly identity: string | null,
  ) {
    this.key = String(index);
  }
  send(datagram: Buffer): void {
    const parsed = parseMessage(datagram);
    if ('malformed' in parsed) throw new Error(`The front sent what is malformed: ${parsed.malformed}`);
    this.sent += datagram.length;
    if (parsed.message.type === 'CON') this.lastSent = datagram;
  }
}

/** A front with peers of which some have proven nothing. Nothing may be thrown, and strangers get three times what they sent at most. */
export function createCoapFrontSubject(): FuzzSubject<FrontInput> {
  const clock = createTestClock();
  const metrics = createCountedMetrics();
  const peers = Array.from({ length: PEERS }, (_, index) => new FuzzedPeer(index, index < STRANGERS ? null : 'identity'));
  let current: FrontInput;
  const front = createFront({
    ...{ metrics, clock, random: () => 0.5, limits: { duplicates: 64, peers: 4, handling: 8, outstanding: 8 } },
    onRequest(_peer, _request, respond) {
      const answer = () => respond({ code: CODE.content, payload: Buffer.alloc(length) });
      const { handler, length } = current;
      if (handler === 'throws') throw new Error('A fault of the handler');
      if (handler === 'now') answer();
      if (handler === 'later') clock.setTimeout(answer, 3_000);
    },
    onNotification: () => current.handler === 'now',
    isRepeatable: () => current.handler === 'throws',
    onError: () => {},
  });

  return {
    input: (random) => {
      const peer = random(PEERS);
      const last = peers[peer]?.lastSent ?? Buffer.alloc(0);
      const reply = (): Buffer => {
        const parsed = parseMessage(last);
        if (!('message' in parsed)) return coapDatagram(random);
        const { message } = parsed;
        const answers = [emptyMessage('RST', message.messageId), emptyMessage('ACK', message.messageId)];
        for (const type of ['ACK', 'CON', 'NON'] as const) answers.push({ ...message, type, code: CODE.content, options: [] });
        return writeMessage(answers[random(answers.length)] as CoapMessage);
      };
      const kind = random(4);
      return {
        peer,
        datagram: kind === 0 ? reply() : kind === 1 ? damaged(random, reply(), last) : coapDatagram(random),
        waitMs: random(4) === 0 ? random(5_000) : 0,
        ask: random(6) === 0,
        handler: (['now', 'later', 'never', 'throws'] as const)[random(4)] as FrontInput['handler'],
        length: random(200),
      };
    },
    outcomeOf(input) {
      current = input;
      const before = { ...metrics.counts };
      clock.advance(input.waitMs);
      const peer = peers[input.peer] as FuzzedPeer;
      if (input.ask && peer.identity !== null) {
        front.request(peer, { code: CODE.get, options: pathOptions(['3', '0', '3']) }).catch((error: Error) => {
          if (error.name !== 'CoapTimeout' && error.name !== 'CoapReset' && !(error instanceof CoapBusy)) throw error;
        });
      }
      peer.received += input.datagram.length;
      front.receive(peer, input.datagram);
      for (const { identity, sent, received } of peers) {
        if (identity === null && sent > 3 * received) throw new Error(`A stranger got ${sent} bytes for ${received}`);
      }
      if (clock.timers > 64) throw new Error(`${clock.timers} timers`);
      const changed = Object.keys(metrics.counts).filter((name) => name !== 'received' && metrics.counts[name] !== before[name]);
      return changed.sort().join(' ');
    },
    describe: ({ datagram, ...rest }) => `${JSON.stringify(rest)} ${datagram.toString('hex').slice(0, 2_000)}`,
  };
}
