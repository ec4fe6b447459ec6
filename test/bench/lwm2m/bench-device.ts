import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { Engine } from '../../../gateways/coap/dtls/engine';
import { CODE } from '../../../gateways/coap/message/codes';
import { type CoapMessage, type CoapOption, emptyMessage } from '../../../gateways/coap/message/message';
import { OPTION, textOptions, textsOf, uintOption } from '../../../gateways/coap/message/options';
import { parseMessage } from '../../../gateways/coap/message/parse';
import { writeMessage } from '../../../gateways/coap/message/write';
import { createDtlsClient } from '../../support/dtls/client';

export interface BenchDeviceOptions {
  port: number;
  endpoint: string;
  /** Null: plain CoAP. `engine` is shared by all devices. */
  dtls: { key: Buffer; engine: Engine } | null;
}

/** A bare LwM2M client: thousands of whole virtual devices would measure themselves. */
export interface BenchDevice {
  /** The DTLS handshake. Nothing over plain CoAP. */
  connect(): Promise<void>;
  /** Rejects on anything but 2.01. */
  register(): Promise<void>;
  /** Rejects on anything but 2.04. */
  update(): Promise<void>;
  /** Without a word to the server. */
  close(): void;
}

/** As RFC 7252 §4.2 has it, without the random part: those who were lost in a burst are few. */
const RETRANSMIT_MS = 2_000;
const TRANSMISSIONS = 5;
const RESPONSE_WITHIN_MS = 90_000;
const LIFETIME_SECONDS = 86_400;
const LINKS = Buffer.from('</>;rt="oma.lwm2m";ct="11543 60",</1/0>;ver=1.1,</3/0>,</4/0>,</5/0>');
const LINK_FORMAT = 40;

export async function openBenchDevice({ port, endpoint, dtls }: BenchDeviceOptions): Promise<BenchDevice> {
  const socket = await connectedTo(port);
  let nextId = Math.floor(Math.random() * 0x10000);
  let location: string[] = [];
  let waiting: { id: number; token: Buffer; settle(answer: CoapMessage | Error): void; acknowledged(): void } | null = null;

  function take(datagram: Buffer): void {
    const parsed = parseMessage(datagram);
    if (!('message' in parsed)) return;
    const { type, code, messageId, token } = parsed.message;
    if (type === 'CON') send(writeMessage(emptyMessage('ACK', messageId)));
    if (code === CODE.empty) {
      if (type === 'ACK' && messageId === waiting?.id) waiting.acknowledged();
    } else if (waiting !== null && token.equals(waiting.token)) waiting.settle(parsed.message);
  }

  const client =
    dtls &&
    (await createDtlsClient({
      ...{ identity: endpoint, key: dtls.key, engine: dtls.engine },
      send: (datagram) => socket.send(datagram),
      onMessage: take,
      onEnd: (reason) => waiting?.settle(new Error(`The session ended: ${reason}`)),
    }));
  socket.on('message', client ? (datagram) => client.receive(datagram) : take);
  const send = (datagram: Buffer): unknown => (client ? client.send(datagram) : socket.send(datagram));

  function ask(options: CoapOption[], payload: Buffer): Promise<CoapMessage> {
    const messageId = nextId++ & 0xffff;
    const token = Buffer.from([messageId >> 8, messageId & 0xff]);
    const datagram = writeMessage({ type: 'CON', code: CODE.post, messageId, token, options, payload });
    return new Promise((resolve, reject) => {
      let sent = 0;
      let timer: NodeJS.Timeout;
      const transmit = (): void => {
        if (sent === TRANSMISSIONS) {
          waiting?.settle(new Error('No answer'));
          return;
        }
        timer = setTimeout(transmit, RETRANSMIT_MS * 2 ** sent);
        sent += 1;
        send(datagram);
      };
      waiting = {
        id: messageId,
        token,
        // The response comes separately (RFC 7252 §5.2.2).
        acknowledged() {
          clearTimeout(timer);
          timer = setTimeout(() => waiting?.settle(new Error('Acknowledged, and no response')), RESPONSE_WITHIN_MS);
        },
        settle(answer) {
          clearTimeout(timer);
          waiting = null;
          if (answer instanceof Error) reject(answer);
          else resolve(answer);
        },
      };
      transmit();
    });
  }

  async function expect(code: number, options: CoapOption[], payload: Buffer): Promise<CoapMessage> {
    const answer = await ask(options, payload);
    if (answer.code !== code)
      throw new Error(`${endpoint} was answered ${answer.code.toString(16)}: ${answer.payload.toString().slice(0, 100)}`);
    return answer;
  }

  return {
    connect: async () => client?.connect(),
    async register() {
      const queries = [`ep=${endpoint}`, `lt=${LIFETIME_SECONDS}`, 'lwm2m=1.1', 'b=U'];
      const options = [
        ...textOptions(OPTION.uriPath, ['rd']),
        uintOption(OPTION.contentFormat, LINK_FORMAT),
        ...textOptions(OPTION.uriQuery, queries),
      ];
      location = textsOf(await expect(CODE.created, options, LINKS), OPTION.locationPath);
    },
    update: async () => void (await expect(CODE.changed, textOptions(OPTION.uriPath, location), Buffer.alloc(0))),
    close() {
      waiting?.settle(new Error('Closed'));
      client?.vanish();
      socket.close();
    },
  };
}

async function connectedTo(port: number): Promise<Socket> {
  const socket = createSocket('udp4');
  const connected = once(socket, 'connect');
  socket.connect(port, '127.0.0.1');
  await connected;
  return socket;
}
