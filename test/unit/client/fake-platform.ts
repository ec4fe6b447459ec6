import { EventEmitter } from 'node:events';

/** What the platform tells in its log; the cursor of an event is the number of events up to it. */
export interface FakeEvent {
  __typename: 'TaskChange' | 'Resync';
  cursor: string;
  task?: { id: number };
}

export interface FakePlatform {
  /** For `WebSocket` of a client. */
  readonly WebSocket: unknown;
  publish(count?: number): void;
  /** Forgets all that was published: a subscription from before begins with a Resync. */
  forget(): void;
  /** Cuts the sockets there are, with the code or without a word. */
  cut(code?: number): void;
  /** Sockets that were opened. */
  readonly opened: number;
  /** Payloads of `connection_init`. */
  readonly greetings: Record<string, unknown>[];
  /** Variables of `subscribe`, in order. */
  readonly subscribed: Record<string, unknown>[];
}

export interface Behaviour {
  /** Whether this frame, of all that pass in either direction, is lost with its line. */
  cutAt?(frame: number): boolean;
  /** What a greeting is answered with: null lets it in. */
  refuse?(greeting: Record<string, unknown>): number | null;
  /** What a subscription is answered with instead of events. */
  answer?(subscription: number): object | null;
  /** A socket that is never opened. */
  isDead?(socket: number): boolean;
  /** A line that its owner hears the end of only when there is another one. */
  closesLate?(code: number): boolean;
}

/** The platform's side of graphql-transport-ws, as far as a client of subscriptions sees it, on lines that break where a test says so. */
export function fakePlatform({
  cutAt = () => false,
  refuse = () => null,
  answer = () => null,
  isDead = () => false,
  closesLate = () => false,
}: Behaviour = {}): FakePlatform {
  let published = 0;
  let forgotten = 0;
  let frames = 0;
  let opened = 0;
  const bus = new EventEmitter().setMaxListeners(0);
  const lines = new Set<Line>();
  const greetings: Record<string, unknown>[] = [];
  const subscribed: Record<string, unknown>[] = [];
  const change = (id: number): FakeEvent => ({ __typename: 'TaskChange', cursor: String(id), task: { id } });

  class Line {
    static readonly CONNECTING = 0;
    static readonly OPEN = 1;
    static readonly CLOSING = 2;
    static readonly CLOSED = 3;
    readyState = Line.CONNECTING;
    onopen: (() => void) | null = null;
    onclose: ((event: object) => void) | null = null;
    onmessage: ((event: { data: string }) => void) | null = null;
    onerror: ((event: unknown) => void) | null = null;
    private readonly running = new Map<string, () => void>();

    constructor() {
      opened += 1;
      lines.add(this);
      if (isDead(opened)) return;
      setImmediate(() => {
        if (this.readyState !== Line.CONNECTING) return;
        this.readyState = Line.OPEN;
        this.onopen?.();
      });
    }

    send(text: string): void {
      setImmediate(() => this.passes() && this.heard(JSON.parse(text)));
    }

    close(code = 1000, reason = ''): void {
      if (this.readyState === Line.CLOSED) return;
      this.readyState = Line.CLOSED;
      lines.delete(this);
      for (const stop of this.running.values()) stop();
      const [before, isLate] = [opened, closesLate(code)];
      const tell = (): void => {
        if (isLate && opened === before && this.onclose) setImmediate(tell);
        else this.onclose?.({ code, reason, wasClean: code !== 1006 });
      };
      setImmediate(tell);
    }

    private passes(): boolean {
      if (this.readyState !== Line.OPEN) return false;
      frames += 1;
      if (!cutAt(frames)) return true;
      this.close(1006);
      return false;
    }

    private tell(message: object): void {
      setImmediate(() => this.passes() && this.onmessage?.({ data: JSON.stringify(message) }));
    }

    private heard(message: { type: string; id: string; payload: Record<string, unknown> }): void {
      if (message.type === 'connection_init') {
        greetings.push(message.payload);
        const code = refuse(message.payload);
        if (code === null) this.tell({ type: 'connection_ack' });
        else this.close(code, 'refused');
      } else if (message.type === 'ping') this.tell({ type: 'pong' });
      else if (message.type === 'complete') this.running.get(message.id)?.();
      else if (message.type === 'subscribe') this.begin(message.id, message.payload.variables as { after: string });
    }

    private begin(id: string, variables: { after: string }): void {
      subscribed.push({ ...variables });
      const refusal = answer(subscribed.length);
      if (refusal) {
        this.tell({ id, ...refusal });
        return;
      }
      const next = (event: FakeEvent): void => this.tell({ id, type: 'next', payload: { data: { taskChanges: event } } });
      const from = variables.after === '' ? -1 : Number(variables.after);
      if (from < forgotten) next({ __typename: 'Resync', cursor: String(published) });
      else for (let at = from + 1; at <= published; at += 1) next(change(at));
      const listener = (at: number): void => next(change(at));
      bus.on('published', listener);
      this.running.set(id, () => void bus.off('published', listener));
    }
  }

  return {
    WebSocket: Line,
    get opened() {
      return opened;
    },
    greetings,
    subscribed,
    publish(count = 1) {
      for (let n = 0; n < count; n += 1) {
        published += 1;
        bus.emit('published', published);
      }
    },
    forget() {
      forgotten = published + 1;
      published += 1;
    },
    cut(code = 1006) {
      for (const line of [...lines]) line.close(code);
    },
  };
}
