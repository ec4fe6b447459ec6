import type { NamedOption } from 'coap-packet';
import { ConnectionRefused } from '../device-connection';
import { type ConnectionHandlers, KeptConnection, type ReconnectSettings, type Session } from '../kept-connection';
import type { CoapEndpoint } from './coap/coap-endpoint';
import { textOptions, textsOf, uintOption } from './coap/coap-options';
import { whenFree } from './coap/when-free';
import { FORMAT } from './formats/write-answer';
import type { DatagramLine } from './line/datagram-line';

/** The server's answer to Register, when it is another than 2.01. */
export class RegistrationRefused extends ConnectionRefused {
  constructor(
    readonly code: string,
    readonly text: string,
  ) {
    super(`Register: ${code} ${text}`.trim());
  }
}

export interface RegistrationParts {
  line: DatagramLine;
  endpoint: CoapEndpoint;
  /** `ep=…`, `lt=…`, `b=…`, `lwm2m=…` */
  queries(): string[];
  links(): Buffer;
}

const linksOption = uintOption('Content-Format', FORMAT.links);

/** A device's registration at its server (LwM2M Core 1.1 §6.2). */
export class Registration implements Session {
  /** `rd` and what the server chose. */
  private location: string[] | null = null;
  /** Ends with the line. */
  private life = new AbortController();

  constructor(private readonly parts: RegistrationParts) {}

  get connected(): boolean {
    return this.location !== null;
  }

  get path(): string | null {
    return this.location && `/${this.location.join('/')}`;
  }

  /** From a new port. Rejects with RegistrationRefused, CoapTimeout, CoapReset or the line's error. */
  async open(): Promise<void> {
    this.location = null;
    await this.openLine();
    await this.register();
  }

  /** From a new port, and goes on with the registration that there is: an Update, whose code it answers. */
  async resume(): Promise<string> {
    await this.openLine();
    return this.update();
  }

  private async openLine(): Promise<void> {
    const { line, endpoint } = this.parts;
    endpoint.forget();
    const before = this.life;
    await line.open();
    if (this.life === before) return;
    line.cut();
    throw new Error('cut while it was opened');
  }

  /** On the line that is there. */
  async register(): Promise<void> {
    const { endpoint, queries, links } = this.parts;
    const options = [...textOptions('Uri-Path', ['rd']), linksOption, ...textOptions('Uri-Query', queries())];
    const response = await whenFree(() => endpoint.request({ method: 'POST', options, payload: links() }), this.life.signal);
    if (response.code !== '2.01') throw new RegistrationRefused(response.code, response.payload.toString('utf8'));
    this.location = textsOf(response, 'Location-Path');
  }

  /** The answer's code. Upon 4.04 a client registers anew. `links`: they have changed. `waits`: upon 5.03, and then it is sent again. */
  async update(queries: readonly string[] = [], { links = false, waits = false } = {}): Promise<string> {
    const options: NamedOption[] = [
      ...textOptions('Uri-Path', this.location ?? []),
      ...(links ? [linksOption] : []),
      ...textOptions('Uri-Query', queries),
    ];
    const payload = links ? { payload: this.parts.links() } : {};
    const ask = () => this.parts.endpoint.request({ method: 'POST', options, ...payload });
    const { code } = await (waits ? whenFree(ask, this.life.signal) : ask());
    if (code === '4.04') this.location = null;
    return code;
  }

  /** The answer's code. */
  async deregister(): Promise<string> {
    const options = textOptions('Uri-Path', this.location ?? []);
    const { code } = await this.parts.endpoint.request({ method: 'DELETE', options });
    this.location = null;
    return code;
  }

  cut(): void {
    this.life.abort();
    this.life = new AbortController();
    this.location = null;
    this.parts.line.cut();
    this.parts.endpoint.forget();
  }

  /** De-register is often never sent: a device that goes says nothing (device-protocols §3.1). */
  async close(): Promise<void> {
    this.cut();
  }
}

/** A registration that is made anew whenever it was lost. */
export class KeptRegistration extends KeptConnection<Registration> {
  constructor(
    protected readonly session: Registration,
    settings: ReconnectSettings,
    handlers: ConnectionHandlers,
  ) {
    super(settings, handlers);
  }

  /** The server does not know it any more. */
  forgotten(): void {
    this.session.cut();
    this.lost();
  }
}
