// KEY=… node docs/examples/watch-batch.mjs BATCH_ID: one line for every change of a batch, until every task has ended.
// The key comes from the environment, because other users of the machine can read command lines. URL names another Updraft.
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

const args = process.argv.slice(2);
// As it was once: KEY BATCH_ID [URL].
const keyed = args[0]?.startsWith('updraft_') ? args.shift() : undefined;
const apiKey = keyed ?? process.env.KEY;
const [batchId, url = process.env.URL || 'http://127.0.0.1:8080'] = args;
if (!apiKey || !batchId) {
  console.error('Usage: KEY=<API key> [URL=http://127.0.0.1:8080] node docs/examples/watch-batch.mjs BATCH_ID');
  process.exit(1);
}

if (!/^https?:\/\//.test(url) || !URL.canParse(url)) {
  console.error(`URL is ${url}; it has to be the address of Updraft, http://127.0.0.1:8080 for example.`);
  process.exit(1);
}

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
  // A connection that was there once is made again; one that never was has a wrong key or address. 44xx: Updraft refuses.
  shouldRetry: ({ code }) => connected && !(code >= 4400 && code < 4500),
  on: {
    connected: () => {
      connected = true;
    },
    closed: ({ code }) => connected && code !== 1000 && console.error('The connection is lost; trying again.'),
  },
});

const query = `subscription ($batchId: ID!) {
  batchProgress(batchId: $batchId) {
    ... on BatchProgress {
      batch { status }
      rate { asked reached }
      counts { queued notified inProgress failing succeeded regressed failed canceled total }
    }
    ... on Resync { hint }
  }
}`;

function explain(wrong) {
  if (Array.isArray(wrong)) return wrong[0].message;
  if (wrong?.code === 4401 || wrong?.code === 4403)
    return `${url} refuses the key${wrong.reason ? ` (${wrong.reason})` : ''}. Set KEY to an API key that is not revoked.`;
  const reason = wrong?.reason || wrong?.message || wrong?.code || 'no answer';
  return `There is no Updraft to be had at ${url} (${reason}). Is it running, and is URL its address?`;
}

try {
  for await (const { data, errors } of client.iterate({ query, variables: { batchId } })) {
    if (errors) throw errors;
    const { batch, counts, rate } = data.batchProgress;
    console.log(batch ? `${batch.status} ${JSON.stringify({ ...counts, ...rate })}` : data.batchProgress.hint);
    const open = batch && counts.queued + counts.notified + counts.inProgress;
    if (open === 0 && batch.status !== 'STARTING') break;
  }
} catch (wrong) {
  console.error(explain(wrong));
  process.exitCode = 1;
}
await client.dispose();
