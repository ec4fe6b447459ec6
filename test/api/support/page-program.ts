import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The program of docs/api.md as it stands there, at another address; `queryAllTasks` and `show` are its reader's. */
export function pageProgram(socketUrl: string): string {
  const [, block] = /^## Live$[\s\S]*?^```js\n([\s\S]*?)^```/m.exec(readFileSync(join(__dirname, '../../../docs/api.md'), 'utf8')) ?? [];
  if (!block?.includes('ws://127.0.0.1:8080')) throw new Error('docs/api.md has no program under "Live".');
  return `import { WebSocket } from 'ws';
    globalThis.WebSocket ??= WebSocket;
    const { KEY: key, URL: url } = process.env;
    const batchId = process.argv.at(-1);
    const show = ({ deviceName, status }) => console.log(deviceName, status);
    async function queryAllTasks() {
      const query = 'query ($batchId: ID!) { tasks(filter: { batchId: $batchId }, first: 100) { edges { node { deviceName status } } } }';
      const headers = { authorization: 'Bearer ' + key, 'content-type': 'application/json' };
      const body = JSON.stringify({ query, variables: { batchId } });
      const { data } = await (await fetch(url + '/graphql', { method: 'POST', headers, body })).json();
      for (const { node } of data.tasks.edges) show(node);
    }
    ${block.replace('ws://127.0.0.1:8080', socketUrl)}`;
}
