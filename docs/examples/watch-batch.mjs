// node docs/examples/watch-batch.mjs KEY BATCH_ID [URL]: one line for every change of a batch, until every task has ended.
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

const [apiKey, batchId, url = 'http://127.0.0.1:8080'] = process.argv.slice(2);
const client = createClient({
  url: `${url.replace(/^http/, 'ws')}/graphql`,
  webSocketImpl: WebSocket,
  connectionParams: { apiKey },
  shouldRetry: () => true,
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

for await (const { data, errors } of client.iterate({ query, variables: { batchId } })) {
  if (errors) throw new Error(errors[0].message);
  const { batch, counts, rate } = data.batchProgress;
  console.log(batch ? `${batch.status} ${JSON.stringify({ ...counts, ...rate })}` : data.batchProgress.hint);
  const open = batch && counts.queued + counts.notified + counts.inProgress;
  if (open === 0 && batch.status !== 'STARTING') break;
}
await client.dispose();
