// A connection to Updraft that comes back whatever breaks: for follow-tasks.mjs and follow-tasks-apollo.mjs, in browsers as well.
import { createClient } from 'graphql-ws';
import { isRefused } from './common.mjs';

export function liveClient({ url, apiKey, onLost = () => {} }) {
  let unanswered;
  const client = createClient({
    url: `${url.replace(/^http/, 'ws')}/graphql`,
    connectionParams: { apiKey },
    connectionAckWaitTimeout: 10_000,
    retryAttempts: Number.POSITIVE_INFINITY,
    retryWait: (tries) => wait(Math.min(500 * 2 ** tries, 10_000) * (0.5 + Math.random())),
    shouldRetry: (closed) => !isRefused(closed),
    // A line may die without a word: a ping that is not answered ends it.
    keepAlive: 10_000,
    on: {
      ping(received) {
        if (!received) unanswered = setTimeout(() => client.terminate(), 5_000);
      },
      pong: () => clearTimeout(unanswered),
      closed(closed) {
        clearTimeout(unanswered);
        if (closed.code !== 1000 && !isRefused(closed)) onLost(closed);
      },
    },
  });
  return client;
}

export const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Whether trying again changes nothing: the key is refused, or what was asked for. */
export function isHopeless(wrong) {
  const errors = Array.isArray(wrong) ? wrong : (wrong?.errors ?? []);
  return isRefused(wrong) || errors.some(({ extensions }) => !['BUSY', 'INTERNAL', 'RATE_LIMITED'].includes(extensions?.code));
}

/** A query's answer, however often it takes. */
export async function answered(ask) {
  for (;;) {
    try {
      return await ask();
    } catch (wrong) {
      if (isHopeless(wrong)) throw wrong;
      await wait(1_000);
    }
  }
}
