/** EMQX's management API, where its devices are to be subscribed by the server. */
export interface EmqxApiSettings {
  /** Without the path, e.g. `http://emqx:18083`. */
  url: string;
  key: string;
  secret: string;
}

const ANSWER_WITHIN_MS = 10_000;

export type SubscribeClient = (clientId: string, topics: readonly string[]) => Promise<void>;

/**
 * Subscribes a connected client in its name, since SDKs that relied on their vendor's broker never subscribe (device-protocols §0.2).
 * A client that has gone is not an error: it is subscribed when it comes again. Throws when the API refuses or does not answer.
 */
export function createSubscribeClient({ url, key, secret }: EmqxApiSettings): SubscribeClient {
  const authorization = `Basic ${Buffer.from(`${key}:${secret}`).toString('base64')}`;
  return async (clientId, topics) => {
    const response = await fetch(`${url}/api/v5/clients/${encodeURIComponent(clientId)}/subscribe/bulk`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify(topics.map((topic) => ({ topic, qos: 0 }))),
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    await response.body?.cancel();
    if (!response.ok && response.status !== 404) throw new Error(`EMQX's API answered ${response.status} to a subscription`);
  };
}
