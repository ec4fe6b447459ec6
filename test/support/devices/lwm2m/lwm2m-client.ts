import { createHash } from 'node:crypto';
import type { NamedOption, ParsedPacket } from 'coap-packet';
import { type Answer, CoapEndpoint } from './coap/coap-endpoint';
import { blockOf, blockOption, bytesOf, textOptions, textsOf, uintOf, uintOption } from './coap/coap-options';
import type { DeviceResource } from './formats/device-resource';
import { FORMAT, ofOneValue, WRITERS } from './formats/write-answer';
import { writeLinks } from './formats/write-links';
import { bindingQueries, type Habits } from './habits';
import type { DatagramLine, OnMessage } from './line/datagram-line';
import type { Lwm2mMethod } from './lwm2m-behaviours';
import { ObjectTree } from './objects/object-tree';
import { Observations } from './observations';
import { Registration } from './registration';
import type { RequestFault } from './request-faults';
import { Wakefulness } from './wakefulness';

export interface ClientParts {
  /** Null: left out, which only a client with a key may. */
  endpointName: string | null;
  habits: Habits;
  lifetimeSeconds(): number | null;
  lineOf(onMessage: OnMessage): DatagramLine;
  /** A push to the package, which is no ordinary Write; null: it is left without an answer. */
  onPush(packet: ParsedPacket): Answer | null;
  /** `bytes`: of what is written. */
  onRequest?(method: string, path: string, bytes: number): void;
  /** What happens in place of what should, or how late that is answered; null: all goes as it should. */
  faultOf?(method: Lwm2mMethod, path: string): RequestFault | null;
  /** Whether a notification gets lost. */
  losesNotification?(): boolean;
  complain(message: string): void;
}

const METHODS: Record<string, Lwm2mMethod | undefined> = { '0.01': 'GET', '0.02': 'POST', '0.03': 'PUT' };
const PACKAGE = '/5/0/0';

/** LwM2M's client (Core 1.1, Transport 1.1): registration, its objects' side of each operation, observations, queue mode. */
export class Lwm2mClient {
  readonly objects = new ObjectTree();
  readonly line: DatagramLine;
  readonly registration: Registration;
  readonly observations: Observations;
  readonly wakefulness: Wakefulness;
  /** Messages that came while it slept. */
  missed = 0;
  /** Notifications and separate responses that the server answered with a reset. */
  rejected = 0;
  readonly endpoint: CoapEndpoint;

  constructor(private readonly parts: ClientParts) {
    const { habits } = parts;
    this.wakefulness = new Wakefulness(habits.queueMode ? habits.awakeMs : null);
    this.line = parts.lineOf((message) => this.hear(message));
    this.endpoint = new CoapEndpoint(habits, {
      send: (datagram) => {
        this.wakefulness.touch();
        this.line.send(datagram);
      },
      onRequest: (packet) => this.answer(packet),
      onRejected: (token) => {
        this.rejected += 1;
        this.observations.end(token);
      },
      onUnreadable: ({ message }) => parts.complain(`unreadable: ${message}`),
    });
    this.registration = new Registration({
      line: this.line,
      endpoint: this.endpoint,
      queries: () => this.queries(),
      links: () => this.links(),
    });
    this.observations = new Observations({
      notify: async ({ token, path, accept, number }) => {
        if (parts.losesNotification?.()) return 'sent';
        const answer = this.read(path, accept);
        const options = [uintOption('Observe', number), ...(answer.options ?? [])];
        return this.endpoint.tell(token, { ...answer, options }, habits.notifications === 'CON');
      },
    });
  }

  /** Send (LwM2M Core 1.1 §6.4.7): the answer's code. */
  async send(path: string, format: typeof FORMAT.senmlCbor | typeof FORMAT.senmlJson = FORMAT.senmlCbor): Promise<string> {
    const { payload } = this.read(path, format);
    const options = [...textOptions('Uri-Path', ['dp']), uintOption('Content-Format', format)];
    const { code } = await this.endpoint.request({ method: 'POST', options, ...(payload && { payload }) });
    return code;
  }

  private hear(message: Buffer): void {
    if (!this.wakefulness.awake) {
      this.missed += 1;
      return;
    }
    this.wakefulness.touch();
    this.endpoint.receive(message);
  }

  private queries(): string[] {
    const { endpointName, habits } = this.parts;
    const lifetime = this.parts.lifetimeSeconds();
    return [
      ...(endpointName === null ? [] : [`ep=${endpointName}`]),
      ...(lifetime === null ? [] : [`lt=${lifetime}`]),
      `lwm2m=${habits.lwm2m}`,
      ...bindingQueries(habits),
    ];
  }

  private links(): Buffer {
    const { rootPath, formats } = this.parts.habits;
    const senml = formats.filter((format) => format === FORMAT.senmlCbor || format === FORMAT.senmlJson);
    return writeLinks(this.objects.instances(), { root: rootPath, contentFormats: [...senml] });
  }

  private answer(packet: ParsedPacket): Answer | null {
    const path = this.pathOf(packet);
    const method = METHODS[packet.code];
    if (path === null || method === undefined) return { code: method ? '4.04' : '4.05' };
    this.parts.onRequest?.(method, path, packet.payload.length);
    const fault = this.parts.faultOf?.(method, path) ?? null;
    if (fault === 'no answer') return null;
    if (fault && 'code' in fault) return fault;
    const answer = this.obey(packet, method, path);
    return answer && fault ? { ...answer, ...fault } : answer;
  }

  private obey(packet: ParsedPacket, method: Lwm2mMethod, path: string): Answer | null {
    const queries = textsOf(packet, 'Uri-Query');
    if (method === 'GET') return this.answerRead(packet, path);
    if (method === 'POST') return { code: this.objects.execute(path) };
    if (queries.length > 0) return this.writeAttributes(path, queries);
    if (path === PACKAGE) return this.parts.onPush(packet);
    const format = uintOf(packet, 'Content-Format') ?? FORMAT.text;
    if (format !== FORMAT.text && format !== FORMAT.opaque) return { code: '4.15' };
    return { code: this.objects.write(path, packet.payload) };
  }

  /** Null: not below its root. */
  private pathOf(packet: ParsedPacket): string | null {
    const { rootPath } = this.parts.habits;
    const path = `/${textsOf(packet, 'Uri-Path').join('/')}`;
    if (rootPath === '/') return path;
    return path.startsWith(`${rootPath}/`) ? path.slice(rootPath.length) : null;
  }

  private answerRead(packet: ParsedPacket, path: string): Answer {
    const accept = uintOf(packet, 'Accept');
    const observe = uintOf(packet, 'Observe');
    if (observe === 1) this.observations.end(packet.token);
    const answer = inBlocks(this.read(path, accept), packet);
    if (observe !== 0 || answer.code !== '2.05') return answer;
    const number = this.observations.begin(packet.token, path, accept);
    return { ...answer, options: [uintOption('Observe', number), ...(answer.options ?? [])] };
  }

  private read(path: string, accept: number | null): Answer {
    const resources = this.objects.read(path);
    if (!Array.isArray(resources)) return resources;
    const format = this.formatOf(path, resources, accept);
    const write = format === null ? undefined : WRITERS[format];
    if (format === null || !write) return { code: '4.06' };
    const options: NamedOption[] = [uintOption('Content-Format', format)];
    const payload = write(resources, path);
    return { code: '2.05', options, ...(payload.length > 0 && { payload }) };
  }

  private formatOf(path: string, resources: readonly DeviceResource[], accept: number | null): number | null {
    const { formats, resourceFormat } = this.parts.habits;
    const single = resources.length === 1 && resources[0]?.path === path;
    if (accept === null) return single ? resourceFormat : (formats.find((format) => !ofOneValue(format)) ?? null);
    const plain = accept === FORMAT.text || accept === FORMAT.opaque;
    if (!single && (plain || ofOneValue(accept))) return null;
    return plain || formats.includes(accept) ? accept : null;
  }

  private writeAttributes(path: string, queries: readonly string[]): Answer {
    if (!this.objects.has(path)) return { code: '4.04' };
    const pairs = queries.map((query) => query.split('='));
    const wrong = pairs.some(([name = '', value]) => !/^(e?p(min|max)|con|hqmax|gt|lt|st|edge)$/.test(name) || !/^\d+$/.test(value ?? ''));
    if (wrong) return { code: '4.00' };
    this.observations.write(path, Object.fromEntries(pairs.map(([name, value]) => [name, Number(value)])));
    return { code: '2.04' };
  }
}

/** An answer that does not fit into one message, as the block that was asked for, or its first (RFC 7959 §2.4). */
function inBlocks(answer: Answer, packet: ParsedPacket): Answer {
  const { payload = Buffer.alloc(0), options = [] } = answer;
  const { num, szx } = blockOf(packet, 'Block2') ?? { num: 0, szx: 6 };
  if (num === 0 && payload.length <= bytesOf(szx)) return answer;
  const at = num * bytesOf(szx);
  if (at >= payload.length) return { code: '4.00' };
  const block = blockOption('Block2', { num, szx, more: at + bytesOf(szx) < payload.length });
  const etag = { name: 'ETag' as const, value: createHash('sha256').update(payload).digest().subarray(0, 8) };
  return { ...answer, options: [etag, ...options, block], payload: payload.subarray(at, at + bytesOf(szx)) };
}
