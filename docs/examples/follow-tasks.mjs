// KEY=… node docs/examples/follow-tasks.mjs BATCH_ID: every change of a batch's tasks, with graphql-ws. No change is lost when the
// connection breaks, however long it is away: the subscription goes on behind the last event, or says that all has to be queried. Ctrl-C ends it.
import { calledWith, explain, fail } from './common.mjs';
import { answered, isHopeless, liveClient, wait } from './live-client.mjs';

const TASK = 'id deviceName status progress waitingFor';
const CHANGES = `subscription ($batchId: ID!, $after: String) {
  taskChanges(filter: { batchId: $batchId }, after: $after) {
    __typename
    ... on TaskChange { cursor dropped task { ${TASK} } }
    ... on Resync { cursor }
  }
}`;
const TASKS = `query ($batchId: ID!, $after: String) {
  tasks(filter: { batchId: $batchId }, first: 100, after: $after) { edges { node { ${TASK} } } pageInfo { hasNextPage endCursor } }
}`;

/** Calls `show` with each task as it is now, and with each change from then on. */
async function follow(client, batchId, show) {
  // Empty: no event yet. The first one is a Resync then, and whatever changes behind it comes.
  const variables = { batchId, after: '' };
  for (;;) {
    try {
      for await (const { data, errors } of client.iterate({ query: CHANGES, variables })) {
        if (errors) throw errors;
        const event = data.taskChanges;
        if (event.__typename === 'Resync' || event.dropped > 0) await showAll(client, batchId, show);
        if (event.task) show(event.task);
        // Only now, when it was dealt with. After a cut, graphql-ws subscribes again with these very variables.
        variables.after = event.cursor;
      }
    } catch (wrong) {
      if (isHopeless(wrong)) throw wrong;
    }
    // Changes have no end. Whatever ended them all the same, they go on behind the last one.
    await wait(1_000);
  }
}

async function showAll(client, batchId, show) {
  for (let after = null, more = true; more; ) {
    const { edges, pageInfo } = await answered(() => page(client, { batchId, after }));
    for (const { node } of edges) show(node);
    [after, more] = [pageInfo.endCursor, pageInfo.hasNextPage];
  }
}

async function page(client, variables) {
  for await (const { data, errors } of client.iterate({ query: TASKS, variables })) {
    if (errors) throw errors;
    return data.tasks;
  }
  throw new Error('The query was not answered.');
}

const { apiKey, url, args } = calledWith(
  'Usage: KEY=<API key> [URL=http://127.0.0.1:8080] node docs/examples/follow-tasks.mjs BATCH_ID',
  1,
);
const client = liveClient({ url, apiKey, onLost: ({ code }) => console.error(`No connection to ${url} (${code}); trying again.`) });
await follow(client, args[0], ({ deviceName, status, waitingFor }) => console.log(deviceName, status, waitingFor ?? '')).catch((wrong) =>
  fail(explain(wrong, url)),
);
