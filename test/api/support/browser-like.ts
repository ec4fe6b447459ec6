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
