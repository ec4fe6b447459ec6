import type { Settings } from '../options.js';
import { type Result, UpdraftError } from '../problems.js';
import { wait } from '../wait.js';

/** What `follow` gives: all of it anew, or one event on top of what there is. */
export type Followed<All, Event> =
  | {
      readonly kind: 'all';
      readonly all: All;
      /** `start`: for the first time. `resync`: events were lost to the log's limits. `dropped`: the reader was too slow for the server. */
      readonly why: 'start' | 'resync' | 'dropped';
    }
  | { readonly kind: 'event'; readonly event: Event };

interface LiveEvent {
  readonly __typename?: string;
  readonly dropped?: number;
}

/**
 * The subscription stands before the query is sent, so nothing happens between the two; events that come meanwhile wait their turn. A
 * Resync, and events that the server had to drop, lead to another query.
 */
export async function* followed<All, Event>(
  events: AsyncIterable<Record<string, unknown>>,
  load: () => Promise<Result<All>>,
  settings: Settings,
  signal: AbortSignal,
): AsyncGenerator<Followed<All, Event>, void, void> {
  let started = false;
  for await (const data of events) {
    const event = Object.values(data)[0] as LiveEvent;
    const isResync = event.__typename === 'Resync';
    if (!started || isResync || (event.dropped ?? 0) > 0) {
      const all = await loaded(load, settings, signal);
      if (all === null) return;
      yield { kind: 'all', all: all.data, why: !started ? 'start' : isResync ? 'resync' : 'dropped' };
      started = true;
    }
    if (!isResync) yield { kind: 'event', event: data as Event };
  }
}

/** However often it takes, unless trying again changes nothing. */
async function loaded<All>(load: () => Promise<Result<All>>, settings: Settings, signal: AbortSignal): Promise<{ data: All } | null> {
  for (let tries = 0; ; tries += 1) {
    const result = await load();
    if (signal.aborted) return null;
    if (result.ok) return result;
    if (result.reason !== 'busy' && result.reason !== 'unreachable') throw new UpdraftError(result);
    await wait(result.retryAfterMs ?? settings.backoff(tries), signal);
    if (signal.aborted) return null;
  }
}
