// KEY=… node docs/examples/follow-tasks-apollo.mjs BATCH_ID: keeps Apollo Client's cache up to date with a batch's tasks. No change is lost
// when the connection breaks. Needs @apollo/client 4 and rxjs. Ctrl-C ends it.
import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { concatMap, repeat, retry, tap, throwError, timer } from 'rxjs';
import { calledWith, explain, fail } from './common.mjs';
import { answered, isHopeless, liveClient } from './live-client.mjs';

const TASK = gql`fragment Shown on Task { id deviceName status progress waitingFor }`;
const CHANGES = gql`
  subscription ($batchId: ID!, $after: String) {
    taskChanges(filter: { batchId: $batchId }, after: $after) {
      ... on TaskChange { cursor dropped task { ...Shown } }
      ... on Resync { cursor }
    }
  }
  ${TASK}`;
const TASKS = gql`
  query ($batchId: ID!, $after: String) {
    tasks(filter: { batchId: $batchId }, first: 100, after: $after) { edges { node { ...Shown } } pageInfo { hasNextPage endCursor } }
  }
  ${TASK}`;

const { apiKey, url, args } = calledWith(
  'Usage: KEY=<API key> [URL=http://127.0.0.1:8080] node docs/examples/follow-tasks-apollo.mjs BATCH_ID',
  1,
);
const [batchId] = args;

/** After a cut, graphql-ws subscribes again with the variables of the operation: they are kept at the cursor of the last event. */
const goOn = new ApolloLink((operation, forward) =>
  forward(operation).pipe(
    tap(({ data }) => {
      const [event] = Object.values(data ?? {});
      if (event?.cursor) operation.variables.after = event.cursor;
    }),
  ),
);
const socket = liveClient({ url, apiKey, onLost: ({ code }) => console.error(`No connection to ${url} (${code}); trying again.`) });
const client = new ApolloClient({
  cache: new InMemoryCache(),
  link: ApolloLink.split(
    ({ operationType }) => operationType === 'subscription',
    goOn.concat(new GraphQLWsLink(socket)),
    new HttpLink({ uri: `${url}/graphql`, headers: { authorization: `Bearer ${apiKey}` } }),
  ),
});

/** Into the cache, as the task is now. */
function show(task) {
  client.cache.writeFragment({ id: client.cache.identify(task), fragment: TASK, data: task });
  console.log(task.deviceName, task.status, task.waitingFor ?? '');
}

async function showAll() {
  for (let after = null, more = true; more; ) {
    const ask = () => client.query({ query: TASKS, variables: { batchId, after }, fetchPolicy: 'no-cache' });
    const { edges, pageInfo } = (await answered(ask)).data.tasks;
    for (const { node } of edges) show(node);
    [after, more] = [pageInfo.endCursor, pageInfo.hasNextPage];
  }
}

// Empty `after`: no event yet, and the first one is a Resync. One after the other, and into the cache by `show` alone: a page that was read
// before a change must not come into the cache after it.
client
  .subscribe({ query: CHANGES, variables: { batchId, after: '' }, fetchPolicy: 'no-cache' })
  .pipe(
    concatMap(async ({ data, error }) => {
      if (error) throw error;
      const event = data.taskChanges;
      if (event.__typename === 'Resync' || event.dropped > 0) await showAll();
      if (event.task) show(event.task);
    }),
  )
  // Changes have no end. Whatever ended them all the same, they begin anew, with a Resync.
  .pipe(repeat({ delay: 1_000 }), retry({ delay: (wrong) => (isHopeless(wrong) ? throwError(() => wrong) : timer(1_000)) }))
  .subscribe({ error: (wrong) => fail(explain(wrong, url)) });
