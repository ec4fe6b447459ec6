import { createUpdraftClient } from '@updraft/client';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';

export interface ApiClient {
  /** Data of a query or mutation. Throws what the API answers otherwise, user errors of a payload included. */
  ask<T>(query: string, variables?: Record<string, unknown>): Promise<T>;
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
  // Sends again what was too much at a time.
  const updraft = createUpdraftClient({ url: apiUrl, credentials: { apiKey: key }, answerMs: ANSWER_WITHIN_MS });
  const sockets = createClient({
    url: `${apiUrl.replace(/^http/, 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: headers,
    retryAttempts: 0,
    lazy: true,
  });

  return {
    async ask<T>(query: string, variables: Record<string, unknown> = {}) {
      const result = await updraft.query<T, Record<string, unknown>>(query, variables);
      if (!result.ok) throw new Error(`The API refused: ${JSON.stringify(result.problems).slice(0, 1_000)}`);
      return result.data;
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

    async close() {
      await updraft.close();
      await sockets.dispose();
    },
  };
}
