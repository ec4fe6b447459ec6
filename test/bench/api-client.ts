import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';

export interface ApiClient {
  /** Data of a query or mutation. Throws what the API answers otherwise, user errors of a payload included. */
  ask<T>(query: string, variables?: object): Promise<T>;
  /** A package by `POST /packages`; its id. */
  upload(fields: Record<string, string>, file: Buffer): Promise<string>;
  /** Calls for each event until the returned function is called. `onEnd` tells of an end that nobody asked for. */
  subscribe<T>(query: string, variables: Record<string, unknown>, onEvent: (data: T) => void, onEnd: (error: unknown) => void): () => void;
  close(): Promise<void>;
}

const ANSWER_WITHIN_MS = 60_000;

/** The public API, as any program uses it. */
export function createApiClient(apiUrl: string, key: string): ApiClient {
  const headers = { authorization: `Bearer ${key}` };
  const sockets = createClient({
    url: `${apiUrl.replace(/^http/, 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: headers,
    retryAttempts: 0,
    lazy: true,
  });

  return {
    async ask<T>(query: string, variables: object = {}) {
      const response = await fetch(`${apiUrl}/graphql`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables }),
        signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      });
      const { data, errors } = (await response.json()) as { data?: Record<string, { userErrors?: unknown[] } | null>; errors?: unknown };
      if (errors || !data) throw new Error(`The API refused: ${JSON.stringify(errors).slice(0, 1_000)}`);
      for (const payload of Object.values(data)) {
        if (payload?.userErrors?.length) throw new Error(`The API refused: ${JSON.stringify(payload.userErrors).slice(0, 1_000)}`);
      }
      return data as T;
    },

    async upload(fields, file) {
      const form = new FormData();
      for (const [name, value] of Object.entries(fields)) form.append(name, value);
      form.append('file', new Blob([new Uint8Array(file)]), 'firmware.bin');
      const response = await fetch(`${apiUrl}/packages`, {
        method: 'POST',
        headers,
        body: form,
        signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`The upload was refused: ${text.slice(0, 1_000)}`);
      return (JSON.parse(text) as { id: string }).id;
    },

    subscribe<T>(query: string, variables: Record<string, unknown>, onEvent: (data: T) => void, onEnd: (error: unknown) => void) {
      let unsubscribed = false;
      const end = (error: unknown): void => {
        if (!unsubscribed) onEnd(error);
      };
      const stop = sockets.subscribe<T>(
        { query, variables },
        {
          next: ({ data, errors }) => (data ? onEvent(data as T) : end(new Error(JSON.stringify(errors).slice(0, 1_000)))),
          error: end,
          complete: () => end(new Error('The subscription ended')),
        },
      );
      return () => {
        unsubscribed = true;
        stop();
      };
    },

    close: async () => void (await sockets.dispose()),
  };
}
