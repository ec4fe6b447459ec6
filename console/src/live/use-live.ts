import type { Document, Result } from '@updraft/client';
import { UpdraftError } from '@updraft/client';
import { useCallback, useEffect, useReducer, useRef, useState } from 'react';
import { platform } from '../app/platform';
import { onReturn, signedOut } from '../app/session/session';
import { createPainter } from './painter';

export interface Live<State> {
  /** Null until the first answer. */
  readonly state: State | null;
  readonly error: UpdraftError | null;
  /** Queries all of it again, after a command for example. */
  reload(): void;
  /** What the page has read by itself, another page of a list for example. */
  readonly change: (next: (state: State) => State) => void;
}

interface Shown<State> {
  key: string | null;
  state: State | null;
  error: UpdraftError | null;
}

interface Followed<All, Event, Variables, State> {
  /** Another key is another thing: it begins anew. Null: nothing is followed. */
  readonly key: string | null;
  readonly load: () => Promise<Result<All>>;
  readonly subscription: Document<Event, Variables>;
  readonly variables: Variables;
  /** What a whole answer shows. */
  readonly all: (all: All, before: State | null) => State;
  /** One event on top of it; the same object where it changes nothing. */
  readonly event: (state: State, event: Event) => State;
}

/**
 * A query and the changes since: the subscription stands before the query is sent, goes on from its last cursor after a cut, and a Resync
 * queries again (all by `follow` of the client). What is shown changes at once after quiet, and twice a second in a stream.
 */
export function useLive<All, Event, Variables, State>(what: Followed<All, Event, Variables, State>): Live<State> {
  const [shown, setShown] = useState<Shown<State>>({ key: null, state: null, error: null });
  const [generation, again] = useReducer((count: number) => count + 1, 0);
  /** What is known now; what is shown follows it. Written by effects only: a render may be thrown away. */
  const known = useRef<Shown<State> & { paint?: () => void }>({ key: null, state: null, error: null });
  const { key } = what;

  // biome-ignore lint/correctness/useExhaustiveDependencies: it begins anew for another key, and by `reload`; the rest belongs to the key.
  useEffect(() => {
    if (key === null) return;
    const { load, subscription, variables, all, event } = what;
    const ended = new AbortController();
    const own: Shown<State> & { paint?: () => void } = { key, state: known.current.key === key ? known.current.state : null, error: null };
    known.current = own;
    const painter = createPainter(() => setShown({ key, state: own.state, error: own.error }));
    own.paint = painter.flushNow;
    const run = async (): Promise<void> => {
      for await (const step of platform.follow({ load, subscription, variables }, { signal: ended.signal })) {
        if (step.kind === 'all') {
          own.state = all(step.all, own.state);
          painter.flushNow();
          continue;
        }
        const next = own.state === null ? null : event(own.state, step.event);
        if (next === own.state) continue;
        own.state = next;
        painter.changed();
      }
    };
    run().catch((error: unknown) => {
      if (ended.signal.aborted) return;
      if (!(error instanceof UpdraftError)) throw error;
      if (error.reason === 'not-signed-in') return signedOut();
      own.error = error;
      painter.flushNow();
    });
    const stopListening = onReturn(again);
    return () => {
      stopListening();
      painter.stop();
      ended.abort();
    };
  }, [key, generation]);

  const change = useCallback((next: (state: State) => State): void => {
    const own = known.current;
    if (own.state === null) return;
    own.state = next(own.state);
    own.paint?.();
  }, []);
  const isCurrent = shown.key === key;
  return { state: isCurrent ? shown.state : null, error: isCurrent ? shown.error : null, reload: again, change };
}
