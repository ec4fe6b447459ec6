// KEY=… node docs/examples/watch-batch.mjs BATCH_ID: one line for every change of a batch, until the batch has ended.
// The key comes from the environment, because other users of the machine can read command lines. URL names another Updraft.
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { calledWith, explain, isRefused } from './common.mjs';

const { apiKey, url, args } = calledWith('Usage: KEY=<API key> [URL=http://127.0.0.1:8080] node docs/examples/watch-batch.mjs BATCH_ID', 1);

/** A server that takes the connection and says nothing is given up as well. */
class Socket extends WebSocket {
  constructor(address, protocols) {
    super(address, protocols, { handshakeTimeout: 10_000 });
  }
}

let connected = false;
const client = createClient({
  url: `${url.replace(/^http/, 'ws')}/graphql`,
  webSocketImpl: Socket,
  connectionParams: { apiKey },
  connectionAckWaitTimeout: 10_000,
  // A connection that was there once is made again, for as long as it takes; one that never was has a wrong key or address.
  retryAttempts: Number.POSITIVE_INFINITY,
  retryWait: () => new Promise((resolve) => setTimeout(resolve, 1_000 + 2_000 * Math.random())),
  shouldRetry: (closed) => connected && !isRefused(closed),
  on: {
    connected: () => {
      connected = true;
    },
    closed: ({ code }) => connected && code !== 1000 && console.error('The connection is lost; trying again.'),
  },
});

// Each event is the whole picture, and the first one comes at once: nothing is lost over a cut.
const query = `subscription ($batchId: ID!) {
  batchProgress(batchId: $batchId) {
    ... on BatchProgress {
      batch { id status }
      rate { asked reached }
      counts { unconfirmed queued notified inProgress failing succeeded regressed failed canceled total }
    }
    ... on Resync { hint }
  }
}`;
const ENDED = ['FINISHED', 'CANCELED', 'FAILED'];

try {
  for await (const { data, errors } of client.iterate({ query, variables: { batchId: args[0] } })) {
    if (errors) throw errors;
    const { batch, counts, rate, hint } = data.batchProgress;
    console.log(batch ? `${batch.status} ${JSON.stringify({ ...counts, ...rate })}` : hint);
    if (ENDED.includes(batch?.status)) break;
  }
} catch (wrong) {
  console.error(explain(wrong, url));
  process.exitCode = 1;
}
await client.dispose();
