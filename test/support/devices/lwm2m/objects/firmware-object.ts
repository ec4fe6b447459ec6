import { execute, integer, type Resource, several, text } from './object-tree';

export type Lwm2mVersion = '1.0' | '1.1' | '1.2';

/** `/5/0/3` */
export const STATE = { idle: 0, downloading: 1, downloaded: 2, updating: 3 } as const;
export type FirmwareState = (typeof STATE)[keyof typeof STATE];

/** `/5/0/5`, those that the device itself gives. */
export const RESULT = {
  none: 0,
  success: 1,
  noStorage: 2,
  lostContact: 4,
  integrity: 5,
  wrongType: 6,
  invalidUri: 7,
  failed: 8,
  protocol: 9,
  cancelled: 10,
  deferred: 11,
} as const;

/** `/5/0/8` */
export const PROTOCOLS = { coap: 0, coaps: 1, http: 2, https: 3 } as const;
export type Scheme = keyof typeof PROTOCOLS;

/** How a client's object 5 is made. Plain JSON. */
export interface FirmwareHabits {
  /** What it can pull by. */
  schemes: readonly Scheme[];
  /** Whether it has `/5/0/8`. */
  tellsSchemes: boolean;
  /** `/5/0/9`: 0 pull, 1 push, 2 both; null: it does not say, and takes both. */
  delivery: number | null;
  /** By `/5/0/10`, an empty URI, a NUL byte for a package. What is not named does nothing, and 2.04 says so. */
  resetsBy: readonly ('cancel' | 'uri' | 'package')[];
  /** What an empty URI does in Idle. */
  emptyUriInIdle: 'resets' | 'downloads';
  /** A reset leaves the result as it was, until the next download begins. */
  keepsResult: boolean;
  /** `/5/0/14`: it updates by itself once it has the package; null: it has no such resource, and doesn't. */
  automatic: boolean | null;
  /** `/5/0/13`; null: it has none. */
  deferSeconds: number | null;
  /** It is through with them before anybody sees: then it shows the state before. */
  hidesStates: readonly FirmwareState[];
  /** What it shows for a state, whichever it is in; null: that one. */
  stateShown: number | null;
  resultAs: 'integer' | 'string';
}

export interface FirmwareParts extends FirmwareHabits {
  version: Lwm2mVersion;
  /** State or result have changed, as far as it shows them. */
  onChange(state: FirmwareState, result: number): void;
  /** Whether it does what it was told; otherwise it says 2.04 and stays as it is. */
  obeys(what: 'uri' | 'execute'): boolean;
  /** A URI was written, and taken. */
  onUri(uri: string): void;
  onExecute(): void;
  /** What was begun is given up. */
  onReset(): void;
}

/** The version of object 5 is that of the enabler, from 1.1 on (device-protocols §3.3). */
const MOST_URI_BYTES = 255;

/** Object 5, Firmware Update: its state machine. Who downloads and installs moves it by `to`. */
export class FirmwareObject {
  uri = '';
  packageName = '';
  packageVersion = '';
  /** What can be read. */
  private shown: { state: FirmwareState; result: number };

  constructor(
    private readonly parts: FirmwareParts,
    /** As the factory, or an earlier update, has left it. */
    public state: FirmwareState = STATE.idle,
    public result: number = RESULT.none,
  ) {
    this.shown = { state, result };
  }

  to(state: FirmwareState, result: number = this.result): void {
    if (state === this.state && result === this.result) return;
    this.state = state;
    this.result = result;
    if (this.parts.hidesStates.includes(state)) return;
    this.shown = { state, result };
    this.parts.onChange(state, result);
  }

  resources(): Record<string, Resource> {
    const { version, schemes, tellsSchemes, delivery, resetsBy, automatic, deferSeconds, stateShown, resultAs } = this.parts;
    const protocols = schemes.map((scheme) => PROTOCOLS[scheme]);
    return {
      // Pushed, it comes in blocks, which the device puts together first.
      '/5/0/0': { type: 'opaque', write: () => '4.05' },
      '/5/0/1': { ...text(() => this.uri), write: (value) => this.write(value) },
      '/5/0/2': execute(() => this.execute()),
      '/5/0/3': integer(() => stateShown ?? this.shown.state),
      '/5/0/5': resultAs === 'integer' ? integer(() => this.shown.result) : text(() => String(this.shown.result)),
      '/5/0/6': text(() => this.packageName),
      '/5/0/7': text(() => this.packageVersion),
      ...(tellsSchemes && several('/5/0/8', protocols)),
      ...(delivery !== null && { '/5/0/9': integer(() => delivery) }),
      ...(version !== '1.0' && resetsBy.includes('cancel') && { '/5/0/10': execute(() => this.cancel()) }),
      ...(deferSeconds !== null && { '/5/0/13': integer(() => deferSeconds) }),
      ...(automatic !== null && { '/5/0/14': { type: 'boolean' as const, read: () => automatic } }),
    };
  }

  /** A NUL byte for a package. The code. */
  resetByPackage(): string {
    if (this.parts.resetsBy.includes('package') && this.state !== STATE.updating) this.reset();
    return this.state === STATE.updating ? '4.05' : '2.04';
  }

  private reset(result: number = this.parts.keepsResult ? this.result : RESULT.none): void {
    this.parts.onReset();
    this.uri = '';
    this.to(STATE.idle, result);
  }

  private write(value: Buffer): string | null {
    const uri = value.toString('utf8');
    if (this.state === STATE.updating) return '4.05';
    if (uri === '') return this.takeEmptyUri();
    if (!this.parts.obeys('uri')) return null;
    if (this.parts.delivery === 1) return '4.05';
    if (this.state !== STATE.idle) return '4.00';
    const scheme = /^([a-z]+):\/\/[^/]+\//.exec(uri)?.[1];
    if (scheme === undefined || value.length > MOST_URI_BYTES) return this.refused(RESULT.invalidUri);
    if (!(this.parts.schemes as readonly string[]).includes(scheme)) return this.refused(RESULT.protocol);
    this.uri = uri;
    this.to(STATE.downloading, RESULT.none);
    this.parts.onUri(uri);
    return null;
  }

  private takeEmptyUri(): null {
    if (this.state === STATE.idle && this.parts.emptyUriInIdle === 'downloads') this.to(STATE.downloading, RESULT.none);
    else if (this.parts.resetsBy.includes('uri')) this.reset();
    return null;
  }

  private refused(result: number): string {
    this.to(STATE.idle, result);
    return '4.00';
  }

  private execute(): string | null {
    if (this.state !== STATE.downloaded) return '4.05';
    if (!this.parts.obeys('execute')) return null;
    this.to(STATE.updating, RESULT.none);
    this.parts.onExecute();
    return null;
  }

  private cancel(): string | null {
    if (this.state === STATE.idle || this.state === STATE.updating) return '4.05';
    this.reset(RESULT.cancelled);
    return null;
  }
}
