import { createSocket, type Socket } from 'node:dgram';
import { EventEmitter, once } from 'node:events';
import { CODE, codeText } from '../../../gateways/coap/message/codes';
import { type CoapMessage, type CoapOption, NO_BYTES } from '../../../gateways/coap/message/message';
import { OPTION, pathOptions, textOptions, textsOf, uintOption } from '../../../gateways/coap/message/options';
import { parseMessage } from '../../../gateways/coap/message/parse';
import { writeMessage } from '../../../gateways/coap/message/write';
import { patience } from '../../support/devices/patience';
import { createDtlsClient, type DtlsClient } from '../../support/dtls/client';

export interface Ask {
  code?: number;
  type?: 'CON' | 'NON';
  path: string;
  /** As in a URI: `ep=a&lt=60`. */
  query?: string;
  contentFormat?: number;
  payload?: Buffer | string;
  options?: CoapOption[];
  messageId?: number;
  token?: string;
}

/** What a device has on its side: one socket, and requests one after the other. */
export class CoapClient {
  private nextId = 1;
  private readonly events = new EventEmitter();
  /** The last datagram that came, as it was. */
  lastReceived: Buffer = NO_BYTES;
  /** Why its DTLS session has ended. */
  ended: string | null = null;

  private constructor(
    readonly socket: Socket,
    private send: (datagram: Buffer) => void,
  ) {}

  static async over(url: string): Promise<CoapClient> {
    const client = new CoapClient(await connected(url), () => undefined);
    client.send = (datagram) => client.socket.send(datagram);
    client.socket.on('message', (datagram) => client.receive(datagram));
    return client;
  }

  static async overDtls(url: string, identity: string, key: Buffer): Promise<CoapClient> {
    const client = new CoapClient(await connected(url), () => undefined);
    const dtls: DtlsClient = await createDtlsClient({
      identity,
      key,
      send: (datagram) => client.socket.send(datagram),
      onMessage: (plaintext) => client.receive(plaintext),
      onEnd(reason) {
        client.ended = reason;
        client.events.emit('end');
      },
    });
    client.send = (datagram) => void dtls.send(datagram);
    client.socket.on('message', (datagram) => dtls.receive(datagram));
    try {
      await dtls.connect();
    } catch (error) {
      client.close();
      throw error;
    }
    return client;
  }

  get port(): number {
    return this.socket.address().port;
  }

  /** The answer, an empty acknowledgement before it passed over. */
  async ask(ask: Ask): Promise<CoapMessage> {
    const datagram = this.datagramOf(ask);
    const token = Buffer.from(ask.token ?? 'tok');
    const [answer] = (await this.sent(datagram, (message) => message.code !== CODE.empty && message.token.equals(token))) as [CoapMessage];
    return answer;
  }

  /** Sends a datagram, and gives the first message that is wanted. */
  async sent(datagram: Buffer, wanted: (message: CoapMessage) => boolean = () => true): Promise<[CoapMessage]> {
    const signal = AbortSignal.timeout(Math.ceil(patience(10_000)));
    const answer = new Promise<[CoapMessage]>((resolve, reject) => {
      const listen = (message: CoapMessage): void => {
        if (!wanted(message)) return;
        this.events.off('message', listen);
        resolve([message]);
      };
      this.events.on('message', listen);
      signal.addEventListener('abort', () => reject(new Error('No answer')));
    });
    this.send(datagram);
    return answer;
  }

  datagramOf({
    code = CODE.post,
    type = 'CON',
    path,
    query,
    contentFormat,
    payload = '',
    options = [],
    messageId,
    token = 'tok',
  }: Ask): Buffer {
    this.nextId += 1;
    return writeMessage({
      type,
      code,
      messageId: messageId ?? this.nextId,
      token: Buffer.from(token),
      options: [
        ...pathOptions(path.split('/').filter((segment) => segment !== '')),
        ...textOptions(OPTION.uriQuery, query?.split('&') ?? []),
        ...(contentFormat === undefined ? [] : [uintOption(OPTION.contentFormat, contentFormat)]),
        ...options,
      ],
      payload: Buffer.from(payload),
    });
  }

  async untilEnded(): Promise<string> {
    while (this.ended === null) await once(this.events, 'end', { signal: AbortSignal.timeout(Math.ceil(patience(10_000))) });
    return this.ended;
  }

  close(): void {
    this.socket.close(() => undefined);
  }

  private receive(datagram: Buffer): void {
    this.lastReceived = Buffer.from(datagram);
    const parsed = parseMessage(this.lastReceived);
    if ('message' in parsed) this.events.emit('message', parsed.message);
  }
}

async function connected(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  socket.on('error', () => undefined);
  socket.connect(Number(port), host);
  await once(socket, 'connect');
  return socket;
}

/** The code, and for 2.01 the location: `2.01 rd/r1`. */
export function told(answer: CoapMessage): string {
  const location = textsOf(answer, OPTION.locationPath);
  return [codeText(answer.code), ...(location.length > 0 ? [location.join('/')] : [])].join(' ');
}
