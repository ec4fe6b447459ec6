import { createUpdraftClient, type UpdraftClient, type UpdraftClientOptions } from '@updraft/client';
import WebSocket from 'ws';
import { startBalancer } from '../../support/balancer';
import type { TestApi } from '../support/test-api';

/** The line between clients and the API, which a test can cut. */
export async function aLine(api: TestApi) {
  // Two places, one of which nobody serves: that is where connections are led while the line is cut.
  const balancer = await startBalancer([api.url, 'http://127.0.0.1:1']);
  const clients: UpdraftClient[] = [];
  const mend = (): void => {
    balancer.avoid(0, false);
    balancer.avoid(1);
  };
  mend();
  return {
    mend,
    cut(): void {
      balancer.avoid(1, false);
      balancer.avoid(0);
    },
    /** Of a viewer, unless the options say otherwise. */
    client(options: Partial<UpdraftClientOptions> = {}): UpdraftClient {
      const url = balancer.url.replace('mqtt', 'http');
      const client = createUpdraftClient({ url, credentials: { apiKey: api.keys.viewer }, WebSocket, backoff: () => 50, ...options });
      clients.push(client);
      return client;
    },
    async stop(): Promise<void> {
      await Promise.all(clients.map((client) => client.close()));
      await balancer.stop();
    },
  };
}

export type Line = Awaited<ReturnType<typeof aLine>>;

/** Settles when the client's state is this one. */
export function untilState({ state }: UpdraftClient, wanted: string): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (state.get().status !== wanted) return;
      stop();
      resolve();
    };
    const stop = state.subscribe(look);
    look();
  });
}
