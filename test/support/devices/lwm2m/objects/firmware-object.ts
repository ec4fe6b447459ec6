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
  integrity: 5,
  wrongType: 6,
  invalidUri: 7,
  failed: 8,
  protocol: 9,
  cancelled: 10,
} as const;

/** `/5/0/8` */
export const PROTOCOLS = { coap: 0, coaps: 1, http: 2, https: 3 } as const;
export type Scheme = keyof typeof PROTOCOLS;

export interface FirmwareParts {
  version: Lwm2mVersion;
  /** What it can pull by. */
  schemes: readonly Scheme[];
  /** 0 pull, 1 push, 2 both. */
  delivery: number;
  /** State or result have changed. */
  onChange(state: FirmwareState, result: number): void;
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
  state: FirmwareState = STATE.idle;
  result: number = RESULT.none;
  uri = '';
  packageName = '';
  packageVersion = '';

  constructor(private readonly parts: FirmwareParts) {}

  to(state: FirmwareState, result: number = this.result): void {
    if (state === this.state && result === this.result) return;
    this.state = state;
    this.result = result;
    this.parts.onChange(state, result);
  }

  resources(): Record<string, Resource> {
    const { version, schemes, delivery } = this.parts;
    return {
      // Pushed, it comes in blocks, which the device puts together first.
      '/5/0/0': { type: 'opaque', write: () => '4.05' },
      '/5/0/1': { ...text(() => this.uri), write: (value) => this.write(value) },
      '/5/0/2': execute(() => this.execute()),
      '/5/0/3': integer(() => this.state),
      '/5/0/5': integer(() => this.result),
      '/5/0/6': text(() => this.packageName),
      '/5/0/7': text(() => this.packageVersion),
      ...several(
        '/5/0/8',
        schemes.map((scheme) => PROTOCOLS[scheme]),
      ),
      '/5/0/9': integer(() => delivery),
      ...(version !== '1.0' && { '/5/0/10': execute(() => this.cancel()) }),
    };
  }

  /** As the server does it: an empty URI, or a NUL byte for a package (device-protocols §3.5 E). */
  reset(result: number = RESULT.none): void {
    this.parts.onReset();
    this.uri = '';
    this.to(STATE.idle, result);
  }

  private write(value: Buffer): string | null {
    const uri = value.toString('utf8');
    if (this.state === STATE.updating) return '4.05';
    if (uri === '') {
      this.reset();
      return null;
    }
    if (this.state !== STATE.idle) return '4.00';
    const scheme = /^([a-z]+):\/\/[^/]+\//.exec(uri)?.[1];
    if (scheme === undefined || value.length > MOST_URI_BYTES) return this.refused(RESULT.invalidUri);
    if (!(this.parts.schemes as readonly string[]).includes(scheme)) return this.refused(RESULT.protocol);
    this.uri = uri;
    this.to(STATE.downloading, RESULT.none);
    this.parts.onUri(uri);
    return null;
  }

  private refused(result: number): string {
    this.to(STATE.idle, result);
    return '4.00';
  }

  private execute(): string | null {
    if (this.state !== STATE.downloaded) return '4.05';
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
