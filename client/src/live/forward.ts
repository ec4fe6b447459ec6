import { type Document, operationOf } from '../documents.js';
import type { Settings } from '../options.js';
import { UpdraftError } from '../problems.js';
import type { Connection } from './connection.js';
import { openFeed } from './feed.js';

export interface ForwardSink {
  next(result: { data: Record<string, unknown> }): void;
  error(error: UpdraftError): void;
  complete(): void;
}

/** What a GraphQL client's subscription exchange takes, such as urql's `forwardSubscription`. */
export type ForwardSubscription = (request: { query?: string | undefined; variables?: object | undefined }) => {
  subscribe(sink: ForwardSink): { unsubscribe(): void };
};

export const createForwarder =
  (connection: Connection, settings: Settings): ForwardSubscription =>
  ({ query, variables }) => ({
    subscribe(sink) {
      const stop = openFeed(connection, settings, operationOf((query ?? '') as Document), variables ?? {}, {
        next: (data) => sink.next({ data }),
        failed: (failure) => sink.error(new UpdraftError(failure)),
        completed: () => sink.complete(),
      });
      return { unsubscribe: stop };
    },
  });
