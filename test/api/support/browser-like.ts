import { type CloseEvent, WebSocket } from 'ws';
import type { TestApi } from './test-api';

/** As a browser would send back what was set. */
export const cookiesOf = (answer: Response): string =>
  answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0] ?? '')
    .filter((pair) => !pair.endsWith('='))
    .join('; ');

/** A WebSocket with what a browser or a program would send first. */
export async function openSocket(
  api: Pick<TestApi, 'graphqlUrl'>,
  { cookie, origin, payload }: { cookie?: string; origin?: string; payload?: object },
) {
  const socket = new WebSocket(api.graphqlUrl.replace('http', 'ws'), 'graphql-transport-ws', { origin, headers: cookie ? { cookie } : {} });
  const closed = new Promise<CloseEvent>((resolve) => {
    socket.onclose = resolve;
  });
  socket.on('error', () => undefined);
  socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload })));
  const opened = new Promise<string>((resolve) => socket.once('message', (text) => resolve(JSON.parse(String(text)).type)));
  return { opened, closed, close: () => socket.close() };
}

const VIEWER = '{ viewer { actorId kind signedInBy name role products keyId session { expiresAt } } }';

/** What pages and programs ask an API. */
export function browserLike(api: () => Pick<TestApi, 'url'>) {
  const ownPage = (): Record<string, string> => ({ origin: api().url, 'sec-fetch-site': 'same-origin' });
  const post = (path: string, headers: Record<string, string> = {}, body?: string) =>
    fetch(`${api().url}${path}`, { method: 'POST', redirect: 'manual', headers, body });
  const asked = (headers: Record<string, string>, query = VIEWER) =>
    post('/graphql', { 'content-type': 'application/json', ...headers }, JSON.stringify({ query }));
  const jsonOf = async (answer: Response) => (await answer.json()) as { data?: Record<string, never>; errors: { message: string }[] };
  const viewerBy = async (headers: Record<string, string>) =>
    (await jsonOf(await asked(headers))).data?.viewer as unknown as { actorId: string };
  async function sessionOf(bearer: string): Promise<string> {
    const answer = await post('/signin', { authorization: `Bearer ${bearer}` });
    if (answer.status !== 200) throw new Error(`There is no session: ${answer.status}`);
    return cookiesOf(answer);
  }
  return { ownPage, post, asked, jsonOf, viewerBy, sessionOf };
}
