import { untilDeadline } from '../../../core/until-deadline';
import { own } from '../../lenient-json';

/** EMQX's management API: there its devices are subscribed by the server, and their connections ended. */
export interface EmqxApiSettings {
  /** Without the path, e.g. `http://emqx:18083`. */
  url: string;
  key: string;
  secret: string;
}

export interface EmqxClient {
  clientId: string;
  username: string;
}

export interface EmqxClients {
  clients: EmqxClient[];
  /** Where the list goes on; absent: that was its end. */
  cursor?: string;
}

/** All throw when the API refuses, does not answer, or the caller has given up. */
export interface EmqxApi {
  /**
   * Subscribes a connected client in its name, since SDKs that relied on their vendor's broker never subscribe (device-protocols §0.2).
   * A client that has gone is not an error: it is subscribed when it comes again.
   */
  subscribe(clientId: string, topics: readonly string[]): Promise<void>;
  /** Connected clients: all of them in portions, or those with one of a few user names. */
  list(of: { cursor?: string; usernames?: readonly string[] }, signal: AbortSignal): Promise<EmqxClients>;
  /** Ends a client's connection and session. False: it had gone. */
  end(clientId: string, signal: AbortSignal): Promise<boolean>;
}

const ANSWER_WITHIN_MS = 10_000;
const PORTION = 1_000;

export function createEmqxApi({ url, key, secret }: EmqxApiSettings): EmqxApi {
  const authorization = `Basic ${Buffer.from(`${key}:${secret}`).toString('base64')}`;

  async function ask<T>(
    path: string,
    init: RequestInit,
    what: string,
    read: (response: Response) => Promise<T>,
    mayBeGone = false,
  ): Promise<T> {
    const asked = async (signal: AbortSignal): Promise<T> => {
      const response = await fetch(`${url}/api/v5/${path}`, { ...init, headers: { authorization, ...init.headers }, signal });
      if (response.ok || (mayBeGone && response.status === 404)) return read(response);
      await response.body?.cancel();
      throw new Error(`EMQX's API answered ${response.status} to ${what}`);
    };
    return untilDeadline(ANSWER_WITHIN_MS, asked, init.signal);
  }

  async function isThere(response: Response): Promise<boolean> {
    await response.body?.cancel();
    return response.ok;
  }

  return {
    async subscribe(clientId, topics) {
      const body = JSON.stringify(topics.map((topic) => ({ topic, qos: 0 })));
      const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body };
      await ask(`clients/${encodeURIComponent(clientId)}/subscribe/bulk`, init, 'a subscription', isThere, true);
    },

    async list({ cursor, usernames = [] }, signal) {
      const query = new URLSearchParams({ limit: `${PORTION}`, conn_state: 'connected', fields: 'clientid,username' });
      for (const username of usernames) query.append('username', username);
      if (cursor !== undefined) query.set('cursor', cursor);
      const answer: unknown = await ask(`clients_v2?${query}`, { signal }, 'the question for its clients', (response) => response.json());
      const data = own(answer, 'data');
      if (!Array.isArray(data)) throw new Error("EMQX's API answered something else than a list of clients");
      const next = own(own(answer, 'meta'), 'cursor');
      return { clients: data.flatMap(clientOf), ...(typeof next === 'string' && { cursor: next }) };
    },

    async end(clientId, signal) {
      return ask(`clients/${encodeURIComponent(clientId)}`, { method: 'DELETE', signal }, 'the end of a connection', isThere, true);
    },
  };
}

function clientOf(client: unknown): EmqxClient[] {
  const [clientId, username] = [own(client, 'clientid'), own(client, 'username')];
  return typeof clientId === 'string' && typeof username === 'string' ? [{ clientId, username }] : [];
}
